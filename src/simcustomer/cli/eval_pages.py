"""`simcustomer eval report, import, explain`: what the evals found, for people to read."""

def report() -> None:
    """x"""
def import_labels() -> None:
    """x"""
def explain() -> None:
    """x"""
