"""What pages show, as plain data: a view is made by functions of a store and knows no HTML."""
