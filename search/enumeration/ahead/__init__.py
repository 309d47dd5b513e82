"""Looking ahead for the goal: programs far above the level whose parts are kept already."""
