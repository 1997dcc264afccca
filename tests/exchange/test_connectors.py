"""Files travel whole, once, to the right partner and to no other, over real connections that break."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("asyncssh", reason="the office is not installed")
from tests.exchange.http_server import TOKEN, Api
from tests.exchange.sftp_server import PASSWORD, SftpServer

from rehabill.base.errors import InputError, RehabillError
from rehabill.office.exchange.connectors.connector import Outgoing
from rehabill.office.exchange.connectors.errors import Refused, Unreachable
from rehabill.office.exchange.connectors.layouts import layouts
from rehabill.office.exchange.connectors.open import open_connector
from rehabill.office.exchange.connectors.pace import Paced
from rehabill.office.exchange.connectors.settings import PartnerSettings

CONTENT = b"ISA*00~" * 40_000
FILE = Outgoing(name="claims-1.837", content=CONTENT, kind="837P", key="k1")


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSE_PASSWORD", PASSWORD)
    monkeypatch.setenv("HOUSE_TOKEN", TOKEN)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    with SftpServer(tmp_path / "house") as started:
        yield started


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as started:
        yield started


def over_sftp(server: SftpServer, **fields: object) -> PartnerSettings:
    made = PartnerSettings(
        connector="sftp", host="127.0.0.1", port=server.port, user="clinic", password="env:HOUSE_PASSWORD",
        host_keys=(server.fingerprint,), path="/", timeout_seconds=5, attempts=1,
    )  # fmt: skip
    return msgspec.structs.replace(made, **fields)


def over_http(api: Api, **fields: object) -> PartnerSettings:
    made = PartnerSettings(connector="http", url=api.url, token="env:HOUSE_TOKEN", timeout_seconds=5, attempts=1)
    return msgspec.structs.replace(made, **fields)


class Remembers:
    """What the caller keeps between attempts: that the file was laid down."""

    def __init__(self, settings: PartnerSettings) -> None:
        self.settings = settings
        self.laid_down = False

    def _laid(self) -> None:
        self.laid_down = True

    def send(self, file: Outgoing = FILE) -> str:
        with open_connector("house", self.settings) as connector:
            again = msgspec.structs.replace(file, laid_down=self.laid_down)
            return connector.send(again, self._laid).reference


def insistently(step: Callable[[], object], times: int = 4) -> int:
    """How often it took."""
    for number in range(1, times + 1):
        try:
            step()
        except Unreachable:
            continue
        return number
    raise AssertionError("never")


class TestSftp:
    def test_there_and_back(self, server: SftpServer) -> None:
        assert Remembers(over_sftp(server)).send() == "/in/claims-1.837"
        assert [one.name for one in (server.root / "in").iterdir()] == ["claims-1.837"]
        assert (server.root / "in" / "claims-1.837").read_bytes() == CONTENT
        (server.root / "out" / "a.999").write_bytes(b"ISA")
        (server.root / "out" / ".b.part").write_bytes(b"half")
        with open_connector("house", over_sftp(server)) as connector:
            (remote,) = connector.list()
            assert (remote.name, remote.size, connector.fetch(remote)) == ("a.999", 3, b"ISA")
            connector.confirm(remote)
            connector.confirm(remote)
            assert connector.list() == []
        assert (server.root / "out" / "done" / "a.999").read_bytes() == b"ISA"

    @pytest.mark.parametrize("takes", [False, True])
    @pytest.mark.parametrize("step", ["upload", "before rename", "after rename"])
    def test_a_cut_line_sends_it_once(self, tmp_path: Path, step: str, takes: bool) -> None:
        with SftpServer(tmp_path / "house", takes) as server:
            server.cuts.step, server.cuts.times = step, 1
            assert insistently(Remembers(over_sftp(server)).send) == 2
            got = [one.read_bytes() for one in (server.root / "in").iterdir()] + server.taken
            assert got == [CONTENT]

    @pytest.mark.parametrize("step", ["list", "download"])
    def test_a_cut_line_fetches_it_whole(self, server: SftpServer, step: str) -> None:
        (server.root / "out" / "a.835").write_bytes(CONTENT)
        server.cuts.step, server.cuts.times = step, 1

        def fetched() -> None:
            with open_connector("house", over_sftp(server)) as connector:
                (remote,) = connector.list()
                assert connector.fetch(remote) == CONTENT

        assert insistently(fetched) == 2

    def test_another_file_of_that_name_is_never_written_over(self, server: SftpServer) -> None:
        (server.root / "in" / "claims-1.837").write_bytes(b"of somebody else")
        with pytest.raises(Refused, match="is another file"):
            Remembers(over_sftp(server)).send()
        assert (server.root / "in" / "claims-1.837").read_bytes() == b"of somebody else"

    @pytest.mark.parametrize("pin", ["SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "ssh-ed25519 AAAAC3NzaC1"])
    def test_a_wrong_host_key_gets_nothing(self, server: SftpServer, pin: str) -> None:
        with pytest.raises(Refused, match="nothing was sent, not even the login"):
            Remembers(over_sftp(server, host_keys=(pin,))).send()
        assert server.logins == [] and not list((server.root / "in").iterdir())

    def test_a_wrong_password(self, server: SftpServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOUSE_PASSWORD", "another")
        with pytest.raises(Refused, match="does not let clinic in"):
            Remembers(over_sftp(server)).send()

    def test_nobody_there(self, server: SftpServer) -> None:
        with pytest.raises(Unreachable, match="house"):
            Remembers(over_sftp(server, port=1)).send()

    def test_a_directory_that_is_not_there(self, server: SftpServer) -> None:
        with pytest.raises(Refused, match="no such directory"):
            Remembers(over_sftp(server, path="/elsewhere")).send()

    def test_no_secret_is_told(self, server: SftpServer, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        Remembers(over_sftp(server)).send()
        server.cuts.step, server.cuts.times = "list", 1
        with pytest.raises(Unreachable) as told, open_connector("house", over_sftp(server)) as connector:
            connector.list()
        assert PASSWORD not in caplog.text + str(told.value)


class TestHttp:
    def test_there_and_back(self, api: Api) -> None:
        assert Remembers(over_http(api)).send() == "T0"
        assert [one["x12"] for one in api.sent.values()] == [CONTENT.decode()]
        api.waiting = {f"A{number}": b"ISA%d" % number for number in range(5)}
        with open_connector("house", over_http(api)) as connector:
            listed = connector.list()
            assert [connector.fetch(one) for one in listed] == list(api.waiting.values())
            for one in listed:
                connector.confirm(one)
                connector.confirm(one)
            assert connector.list() == []

    @pytest.mark.parametrize("status", [None, 500, 503, 429])
    @pytest.mark.parametrize("after", [False, True])
    def test_a_repeat_is_known_by_its_key(self, api: Api, status: int | None, after: bool) -> None:
        api.fail, api.after = ("claims", status, 1), after
        assert insistently(Remembers(over_http(api)).send) == 2
        assert len(api.sent) == 1

    def test_a_status_nobody_knows_is_pending(self, api: Api) -> None:
        api.waiting = {"A1": b"ISA", "A2": b"ISA"}
        api.statuses = {"A1": "marinating"}
        with open_connector("house", over_http(api)) as connector:
            assert [one.id for one in connector.list()] == ["A2"]

    def test_an_answer_at_once(self, api: Api) -> None:
        api.answers = {"claim-status": "ISA*277"}
        with open_connector("house", over_http(api)) as connector:
            question = msgspec.structs.replace(FILE, kind="276", key="q")
            assert connector.send(question, lambda: None).answer == b"ISA*277"

    def test_an_expired_token(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOUSE_TOKEN", "old")
        with pytest.raises(Refused, match="does not take our token") as told:
            Remembers(over_http(api)).send()
        assert api.sent == {} and "old" not in str(told.value)

    def test_what_it_says_is_not_repeated(self, api: Api) -> None:
        api.fail = ("claims", 400, 1)
        with pytest.raises(Refused) as told:
            Remembers(over_http(api)).send()
        assert "busy" in str(told.value) and "DOE" not in str(told.value)

    def test_it_says_when_to_come_back(self, api: Api) -> None:
        api.fail, api.headers = ("claims", 429, 1), {"Retry-After": "7"}
        with pytest.raises(Unreachable) as told:
            Remembers(over_http(api)).send()
        assert told.value.after_seconds == 7

    def test_elsewhere_is_not_followed(self, api: Api) -> None:
        api.fail, api.headers = ("claims", 307, 1), {"Location": "https://elsewhere.example/"}
        with pytest.raises(Refused, match="elsewhere"):
            Remembers(over_http(api)).send()


class TestPace:
    @given(fails=st.integers(0, 6), attempts=st.integers(1, 5))
    def test_so_many_attempts_and_growing_pauses(self, fails: int, attempts: int) -> None:
        left, pauses = [fails], []

        class Failing:
            def __enter__(self) -> "Failing":
                return self

            def __exit__(self, *_: object) -> None: ...

            def list(self) -> list[object]:
                left[0] -= 1
                if left[0] >= 0:
                    raise Unreachable("cut")
                return []

        settings = PartnerSettings(connector="folder", attempts=attempts)
        paced = Paced(lambda: Failing(), settings, pauses.append, lambda: 0.0, lambda: 1.0)  # type: ignore[arg-type,return-value]
        with paced:
            if fails < attempts:
                assert paced.list() == []
            else:
                with pytest.raises(Unreachable):
                    paced.list()
        assert pauses == [1.0, 2.0, 4.0, 8.0][: min(fails, attempts - 1)]

    def test_no_more_than_so_many_a_minute(self, tmp_path: Path) -> None:
        moment, pauses = [0.0], []

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            moment[0] += seconds

        for name in ("in", "out"):
            (tmp_path / name).mkdir()
        settings = PartnerSettings(connector="folder", path=str(tmp_path), per_minute=3)
        from rehabill.office.exchange.connectors.open import _plain

        with Paced(lambda: _plain("house", settings), settings, sleep, lambda: moment[0]) as paced:
            for _ in range(6):
                paced.list()
        assert sum(pauses) == pytest.approx(120)


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "field"),
        [
            (PartnerSettings(connector="folder"), "by.path"),
            (PartnerSettings(connector="folder", path="x", layout="nobody's"), "by.layout"),
            (PartnerSettings(connector="sftp", user="a", password="env:A"), "by.host"),
            (PartnerSettings(connector="sftp", host="h", user="a", password="env:A"), "by.host_keys"),
            (PartnerSettings(connector="sftp", host="h", user="a", host_keys=("SHA256:x",)), "by.password"),
            (PartnerSettings(connector="http", token="env:A"), "by.url"),
            (PartnerSettings(connector="http", url="http://clearinghouse.example", token="env:A"), "by.url"),
            (PartnerSettings(connector="http", url="http://127.0.0.1.example", token="env:A"), "by.url"),
            (PartnerSettings(connector="http", url="https://clearinghouse.example"), "by.token"),
        ],
    )
    def test_what_is_missing_is_named(self, settings: PartnerSettings, field: str) -> None:
        with pytest.raises(InputError) as told:
            open_connector("house", settings)
        assert told.value.path == field

    @pytest.mark.parametrize("reference", ["hunter2", "env:NOT_SET", "file:/not/there", "keyring:x"])
    def test_a_secret_that_is_not_there(self, api: Api, reference: str) -> None:
        with pytest.raises(InputError) as told, open_connector("house", over_http(api, token=reference)):
            pass
        assert told.value.path == "by.token" and "hunter2" not in str(told.value)

    def test_a_secret_that_others_may_read(self, api: Api, tmp_path: Path) -> None:
        path = tmp_path / "token"
        path.write_text(TOKEN)
        path.chmod(0o644)
        with (
            pytest.raises(RehabillError, match="chmod 600"),
            open_connector("house", over_http(api, token=f"file:{path}")),
        ):
            pass
        path.chmod(0o600)
        Remembers(over_http(api, token=f"file:{path}")).send()

    def test_every_layout_says_where_it_is_from(self) -> None:
        for name, one in layouts().items():
            assert one.source and one.get and "{name}" in one.part, name
