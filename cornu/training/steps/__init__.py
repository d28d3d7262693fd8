"""Steps of a model as compiled programs, and the loop that runs them."""
