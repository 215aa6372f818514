"""Every command of the project under one name, and what pytest loads of it."""
