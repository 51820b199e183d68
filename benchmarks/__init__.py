"""Speed and memory, beside the stock LlamaIndex pipeline. Timings are printed here and asserted nowhere."""
