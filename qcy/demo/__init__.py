"""The demo world: real services, invented firms, every row marked 演示数据."""

from .build import build_demo

__all__ = ["build_demo"]
