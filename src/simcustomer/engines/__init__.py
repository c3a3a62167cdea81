"""The engines that play the roles; each sub-package brings all of them."""
