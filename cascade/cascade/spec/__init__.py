"""What users build programs from, under the module paths that they know."""
