"""`python -m simcustomer`: the command line."""

from simcustomer.cli import main

if __name__ == "__main__":
    main()
