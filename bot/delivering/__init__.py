"""What is owed to channels reaches them once, and is put right there when its stories change."""
