"""The kernel: pure rules of time, money, codes and records. It imports neither Django nor any third party."""
