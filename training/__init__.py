"""How the reader model was trained: data, negatives, model, loop, evaluation, export."""
