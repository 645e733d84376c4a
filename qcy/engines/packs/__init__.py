"""Where the rule engine meets the platform: the product's packs, and the register as a snapshot for them."""
