"""What proposes programs: grammar, typed operators and strategies. Nothing here trains, scores or touches a store."""
