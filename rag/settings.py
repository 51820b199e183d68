"""Every setting, read once where a Chatbot is opened. Below that, plain arguments."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_dir() -> Path:
    """The platform's user data directory for this product."""
    from platformdirs import user_data_path

    return user_data_path("rag-article-chat", appauthor=False)


def default_cache_dir() -> Path:
    """The platform's cache directory: exported models, all of which can be made again."""
    from platformdirs import user_cache_path

    return user_cache_path("rag-article-chat", appauthor=False)


def default_corpus_dir() -> Path:
    """The shipped corpus: inside the package when installed from a wheel, beside it in a checkout."""
    packaged = Path(__file__).parent / "_corpus"
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "corpus"


class Settings(BaseSettings):
    """Settings from arguments, else from `RAG_*` environment variables, else the defaults.

    Raises:
        pydantic.ValidationError: a value is out of its range; `rag.chatbot` turns it into ConfigurationError.
    """

    model_config = SettingsConfigDict(env_prefix="RAG_", frozen=True, extra="forbid")

    data_dir: Path = Field(default_factory=default_data_dir, description="where the index lives")
    cache_dir: Path = Field(default_factory=default_cache_dir, description="where exported models are kept")
    corpus_dir: Path | None = Field(
        default_factory=default_corpus_dir, description="ingested at the first open; empty for none"
    )
    chroma_url: str = Field("", description="a Chroma server to share documents on; empty for this directory's own")
    chroma_tenant: str = Field("default_tenant", description="the tenant there")
    chroma_database: str = Field("default_database", description="the database there")
    chroma_token: SecretStr = Field(SecretStr(""), description="sent to it as x-chroma-token")
    embedding_model: str = Field("all-MiniLM-L6-v2", description="any sentence-transformers model, by name or folder")
    reader: str = Field("trained", description="what finds the answer: trained or similarity")
    passage_tokens: int = Field(120, ge=32, le=2000, description="most tiktoken tokens of a passage")
    overlap_sentences: int = Field(0, ge=0, le=5, description="sentences that neighbouring passages share")
    top_k: int = Field(8, ge=1, le=50, description="passages that an answer is made from")
    allow_private_hosts: bool = Field(False, description="ingest from hosts off the public internet, on any port")
    candidates: int = Field(40, ge=1, le=500, description="passages fetched from each index before fusion")
    llm: str = Field("", description="the language model that writes, provider:model; empty for none")
    # Secret, for people put keys into addresses; `rag.answering.llm.providers` refuses those.
    llm_url: SecretStr = Field(SecretStr(""), description="where its server is, e.g. http://localhost:8000/v1")
    llm_key: SecretStr = Field(SecretStr(""), description="its key, if it asks for one")
    llm_timeout: float = Field(30.0, gt=0, le=600, description="seconds until the answer without it is given instead")
    llm_context: int = Field(4096, ge=1024, description="tokens that it reads and writes together")

    @field_validator("corpus_dir", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("data_dir", "cache_dir", mode="before")
    @classmethod
    def _empty_is_default(cls, value: object, info: ValidationInfo) -> object:
        # An empty path is the current folder, which nobody means who leaves a variable empty.
        return value or cls.model_fields[str(info.field_name)].get_default(call_default_factory=True)

    @field_validator("data_dir", "cache_dir", "corpus_dir")
    @classmethod
    def _home_is_known(cls, path: Path | None) -> Path | None:
        try:
            return path and path.expanduser()
        except RuntimeError as error:
            raise ValueError("nobody here has that home folder") from error
