"""An object store on this machine, as others speak to it: by S3."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer

KEYS = {"AWS_ACCESS_KEY_ID": "a-name", "AWS_SECRET_ACCESS_KEY": "a-secret-key"}
BUCKET = "forms"


class Bucket:
    """A bucket of its own for each test."""

    def __init__(self, endpoint: str) -> None:
        self.environment = KEYS | {
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": endpoint,
        }
        self._client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )
        self._client.create_bucket(Bucket=BUCKET)

    def put(self, key: str, content: bytes = b"") -> None:
        self._client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def put_folder(self, folder: Path, key: str) -> str:
        """Put all files of a folder; return their address."""
        for path in sorted(folder.iterdir()):
            self.put(f"{key}/{path.name}", path.read_bytes())
        return f"s3://{BUCKET}/{key}"

    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=BUCKET, Key=key)

    def empty(self) -> None:
        for item in self._client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            self.delete(item["Key"])


@contextmanager
def serving() -> Iterator[str]:
    """Serve S3 for as long as the context is open; give its endpoint."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        with suppress(OSError):
            server.stop()
