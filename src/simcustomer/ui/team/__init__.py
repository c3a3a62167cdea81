"""The managers' room: what a team is asked to practise, how it stands, and second looks at grades."""
