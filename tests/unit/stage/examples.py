"""A picture with something in every place, for tests here and in the browser."""

from __future__ import annotations

from stage.picture import (
    ArrowView,
    DemoView,
    Dot,
    FrameView,
    MapView,
    Picture,
    RuleLine,
    RuleView,
    RunView,
    ShowView,
    TrafficView,
    VersionView,
    WholeView,
)

NOW = 1_790_000_000_000
_YAML = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: bookinfo
spec:
  hosts:
  - reviews
  http:
  - route:
    - destination:
        host: reviews
        subset: v1
      weight: 90
    - destination:
        host: reviews
        subset: v2
      weight: 10
"""
_KNOWN = 10
_WHOLE = (15.0, 0.0)
_ARROWS = {
    "browser>gateway": _WHOLE,
    "gateway>productpage": _WHOLE,
    "productpage>details": _WHOLE,
    "productpage>reviews-v1": (13.5, 0.0),
    "productpage>reviews-v2": (1.5, 0.0),
    "productpage>reviews-v3": (0.0, 0.0),
    "reviews-v2>ratings": (1.5, 0.0),
    "reviews-v3>ratings": (0.0, 0.0),
}


def picture() -> Picture:
    """The third episode under 90,10,0, a minute in, with a proof that is done."""
    return Picture(
        number=17,
        now_ms=NOW,
        mode="live",
        language="ko",
        user="opennaru",
        demo=DemoView("local", 7, "http://127.0.0.1:9080/productpage", answers=True),
        show=ShowView(
            episodes=("1 장애 격리", "2 사용자 라우팅", "3 카나리"),
            episode=3,
            phase="show",
            line="v2를 열 명 중 한 명에게만 먼저 보여 줍니다.",
            next="다음: 증명합니다.",
            talk_started_ms=NOW - 462_000,
            step_started_ms=NOW - 60_000,
        ),
        rule=RuleView(
            status="in_force",
            title="90,10,0",
            revision="eede96c",
            proxies=7,
            after_ms=12.3,
            since_ms=NOW - 60_000,
            lines=tuple(
                RuleLine(line, "" if number < _KNOWN else "+") for number, line in enumerate(_YAML.splitlines())
            ),
            yaml=_YAML,
            whole=_YAML,
            weights=(90, 10, 0),
            undo=True,
        ),
        traffic=TrafficView(
            status="running",
            rate=15.0,
            answers=894,
            failed=0,
            whole=WholeView(rps=14.9, success=1.0),
            versions={
                "v1": VersionView(0.9, 808, 0.9038, 0.8826, 0.9223, 13.47, 1.0),
                "v2": VersionView(0.1, 86, 0.0962, 0.0777, 0.1174, 1.43, 1.0),
                "v3": VersionView(0.0, 0, 0.0, 0.0, 0.0041),
            },
        ),
        dots=(
            Dot(NOW - 400, "v1", "whole", ""),
            Dot(NOW - 333, "v1", "whole", "opennaru"),
            Dot(NOW - 266, "v2", "whole", ""),
            Dot(NOW - 200, "v2", "no_stars", ""),
            Dot(NOW - 133, "", "failed", ""),
        ),
        map=MapView(NOW - 900, {name: ArrowView(*counted) for name, counted in _ARROWS.items()}),
        frames={
            "anonymous": FrameView("http://127.0.0.1:8091/productpage", "v1", "none"),
            "end_user": FrameView("http://127.0.0.1:8092/productpage", "v2", "black"),
        },
        run=RunView(
            origin="stage",
            scenario="canary",
            title="90,10,0",
            command="python -m scenarios.canary --weights 90,10,0",
            claims=(
                "균등 분배: 익명 사용자에게 v1 33.3 %, v2 33.3 %, v3 33.3 %",
                "90,10,0: 익명 사용자에게 v1 90 %, v2 10 %, v3 0 %",
            ),
            step="90,10,0",
            answers=764,
            of=1785,
            verdict="HOLDS",
            reasons=("5%p 어긋났다면 100번 중 99번 잡혔을 것",),
        ),
    )
