"""Answer-quality evals: what a change did to retrieval, answers, citations and refusals."""
