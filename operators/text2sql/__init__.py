"""Questions to databases and the SQL that answers them."""
