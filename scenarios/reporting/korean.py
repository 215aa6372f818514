"""Korean for what a report says. English is written where it is said; here is what that is in Korean."""

from __future__ import annotations

import re

_PHRASES = {
    # verdicts
    "HOLDS": "성립",
    "FAILS": "불성립",
    "INCONCLUSIVE": "판정 불가",
    "baseline restored": "기준 상태로 복원됨",
    "rule kept: `python -m platforms reset` undoes it": "규칙 유지 중: `python -m platforms reset` 으로 되돌립니다",
    "the baseline is NOT back": "기준 상태로 복원되지 않음",
    # scenarios and their steps
    "fault_ratings": "일부 마이크로서비스 장애",
    "user_routing": "마이크로서비스 트래픽 관리",
    "canary": "마이크로서비스 카나리 배포",
    "even split": "균등 분배",
    "stars are there": "별점 있음",
    "ratings abort with 500": "별점 서비스가 500 오류로 중단",
    "ratings are gone": "별점 서비스 인스턴스 없음",
    "ratings are back": "별점 서비스 복구",
    # outcomes
    "v1 no stars": "v1 별점없음",
    "v2 black stars": "v2 까만별점",
    "v3 red stars": "v3 빨간별점",
    "no stars": "별점없음",
    "black stars": "까만별점",
    "red stars": "빨간별점",
    "v1 black stars": "v1 까만별점",
    "v1 red stars": "v1 빨간별점",
    "v2 no stars": "v2 별점없음",
    "v2 red stars": "v2 빨간별점",
    "v3 no stars": "v3 별점없음",
    "v3 black stars": "v3 까만별점",
    "ratings unavailable": "별점만 없음",
    "reviews unavailable": "리뷰 없음",
    "details unavailable": "도서상세 없음",
    "too late": "시간 초과",
    "no page": "페이지 없음",
    "no answer": "응답 없음",
    "anonymous": "익명",
    "others": "다른 사용자",
    # the page
    "Result": "결과",
    "whole": "전체",
    "Requests": "요청",
    "Rule in force after": "규칙 적용 완료까지",
    "Fault lifted everywhere after": "장애 해제 완료까지",
    "First page with stars after": "별점이 다시 보이기까지",
    "Last page without stars after": "마지막 별점 없는 페이지까지",
    "Revision": "리비전",
    "revision": "리비전",
    "Platform": "플랫폼",
    "Started": "시작",
    "Asked, allowed, seen": "요구, 허용, 관측",
    "Outcome": "결과 종류",
    "asked": "요구",
    "allowed": "허용",
    "clients saw": "클라이언트 관측",
    "proxies counted": "프록시 집계",
    "verdict": "판정",
    "fits": "범위 안",
    "does not fit": "범위 밖",
    "seen, fits": "관측, 범위 안",
    "seen, does not fit": "관측, 범위 밖",
    "Answers over time": "시간에 따른 응답",
    "Answers over time, by outcome": "시간에 따른 결과별 응답",
    "applied": "적용 요청",
    "baseline in force again": "기준 상태 복원 완료",
    "How long the page took": "페이지 응답 시간",
    "milliseconds": "밀리초",
    "slowest": "최대",
    "budget": "시간 한도",
    "before": "이전",
    "during": "도중",
    "after": "이후",
    "asked for twice": "두 번 호출됨",
    "How do you know?": "어떻게 알 수 있나요?",
    "In force, against the baseline": "적용된 규칙, 기준 상태와의 차이",
    "Nothing differs: this is the baseline.": "차이 없음: 기준 상태 그대로입니다.",
    "All of the YAML": "YAML 전체",
    "To do it again": "다시 해 보려면",
    "{n} of {requests} attempts at {app} failed and were repeated behind pages that look whole: what visitors saw is not what a request gets": "온전해 보이는 페이지 뒤에서 {app} 호출 {requests}건 중 {n}건이 실패하여 재시도됨: 방문자가 본 것과 실제 요청의 결과가 다릅니다",
    "{name} is gone": "{name} 이(가) 사라짐",
    "{name} was replaced ({was}; now {now})": "{name} 이(가) 교체됨 ({was}; 현재 {now})",
    # how do you know?
    "After the last request they were asked again, and all of them still served it.": "마지막 요청 뒤에 다시 확인했고, 모든 프록시가 여전히 같은 규칙을 적용하고 있었습니다.",
    "A claim that was sure earlier asked no further: a sequential test (Wald, 1945) said so, with the same two errors. Allowed are then all counts that, of so many answers, do not speak against what was asked for.": "일찍 확실해진 주장은 더 이상 요청하지 않았습니다. 같은 두 오류 확률의 순차 검정(Wald, 1945)으로 판단했으며, 허용 범위는 그만큼의 응답에서 요구한 값에 어긋나지 않는 모든 수입니다.",
    "How many requests a claim takes at most, which counts of so many are allowed and what is caught was computed and printed before the first request; a failed sample is never repeated until it passes.": "주장마다 필요한 최대 요청 수, 그때의 허용 범위, 잡아낼 수 있는 오차는 첫 요청 전에 계산하여 출력했으며, 실패한 표본을 통과할 때까지 반복하지 않습니다.",
    "The intervals beside the shares seen are 95 % intervals (Clopper and Pearson, 1934) of a fixed number of answers; the verdicts do not rest on them.": "관측 비율 옆의 구간은 응답 수를 미리 정했을 때의 95 % 신뢰구간(Clopper-Pearson, 1934)이며, 판정의 근거는 아닙니다.",
    "seen (95 %)": "관측 (95 %)",
    "No page without stars came any more.": "그 뒤 별점이 없는 페이지는 한 번도 없었습니다.",
    "none": "없음",
    "and no retries explain them": "재시도로도 설명되지 않음",
    "verbatim": "그대로",
    "still under way when it was sure": "판정이 확정될 때 진행 중이던 응답",
    "The rule was kept in force, as --keep asks: nothing was restored.": "--keep 에 따라 규칙을 유지했으며, 복원하지 않았습니다.",
    # what the audience must know
    "mTLS and authorization policies are not in force on platform local": "local 플랫폼에서는 mTLS와 접근 권한 정책(AuthorizationPolicy)이 적용되지 않습니다",
    "reviews v2 waits 10 s for ratings, productpage twice 3 s for reviews: the page answers in 6 s without reviews": "reviews v2는 ratings를 10초 기다리지만 productpage는 reviews를 3초씩 두 번만 기다립니다: 페이지는 6초 만에 리뷰 없이 응답합니다",
    "--keep leaves the fault in force, so its healing is not shown": "--keep 은 장애를 그대로 두므로, 복구는 보여 주지 않습니다",
}

_SENTENCES = {
    "{n} proxies": "프록시 {n}개",
    "{n} requests": "요청 {n}건",
    "{n} late": "{n}건 초과",
    "at most {n}/s": "최대 초당 {n}건",
    "budget {n} ms": "시간 한도 {n} ms",
    "stopped: {what}": "중지됨: {what}",
    "sure after {n} of at most {most} requests": "최대 {most}건 중 {n}건에서 판정 확정",
    "in force on {n} proxies {ms} ms later": "{ms} ms 뒤 프록시 {n}개 모두에 적용 완료",
    "asked {asked}, allowed {allowed}, seen {seen} of {requests}": "요구 {asked}, 허용 {allowed}, {requests}건 중 관측 {seen}",
    "only {user} sees {version}": "{user} 사용자만 {version} 표시",
    "{user} as on the slide": "슬라이드 그대로, {user}",
    "ratings answer {n} s late": "별점 서비스 {n}초 지연",
    "abort, reviews {version}": "오류 주입, reviews {version}",
    "delay, reviews {version}": "지연 주입, reviews {version}",
    "outage, reviews {version}": "서비스 중단, reviews {version}",
    # why, and what else would have been caught
    "In all, {what}.": "종합하면, {what}.",
    "{what} would have been caught in {n} of {runs} runs": "다음이 있었다면 {runs}번 중 {n}번은 잡혔을 것입니다: {what}",
    "{what} or {other} ({step})": "{what}, 또는 {other} ({step})",
    "{what} or a leak of {n} in {hundred}": "{what}, 또는 {hundred}건 중 {n}건의 누출",
    "{what} or {n} of {hundred} pages too late": "{what}, 또는 페이지 {hundred}개 중 {n}개의 지연",
    "{n} of {hundred} pages too late": "페이지 {hundred}개 중 {n}개의 지연",
    "a leak of {n} in {hundred}": "{hundred}건 중 {n}건의 누출",
    "a split off by {n} points": "{n}%p 어긋난 분배",
    "a split off by {n} point": "{n}%p 어긋난 분배",
    "{n} requests are too few to tell": "요청 {n}건으로는 판단할 수 없습니다",
    "1 request is too few to tell": "요청 1건으로는 판단할 수 없습니다",
    "{outcome} {seen} of {requests}, allowed {range} for {share}": "{outcome} {requests}건 중 {seen}건, {share} 요구에 허용 범위 {range}",
    "{outcome} {seen} of {requests}, not asked for at all": "{outcome} {requests}건 중 {seen}건, 요구되지 않음",
    "{seen} of {requests} {who} saw {outcome}": "{who} {requests}건 중 {seen}건이 {outcome} 관측",
    "{n} of {requests} answers are missing ({why})": "응답 {requests}건 중 {n}건이 없음 ({why})",
    "the platform changed while the requests were sent: {why}": "요청을 보내는 동안 플랫폼이 바뀜: {why}",
    "the rule did not stay in force while the requests were sent: {why}": "요청을 보내는 동안 규칙이 유지되지 않음: {why}",
    "another one was in force in between, on {n} proxies": "그 사이 프록시 {n}개에 다른 규칙이 적용되었음",
    "another one was in force in between, on 1 proxy": "그 사이 프록시 1개에 다른 규칙이 적용되었음",
    "somebody else used the demo: {why}": "다른 사람이 데모를 사용함: {why}",
    "{n} calls were still under way {ms} s before the first request": "첫 요청 전 {ms}초를 기다려도 호출 {n}건이 끝나지 않음",
    "1 call was still under way {ms} s before the first request": "첫 요청 전 {ms}초를 기다려도 호출 1건이 끝나지 않음",
    "{n} calls were still under way {ms} s after the last answer": "마지막 응답 뒤 {ms}초를 기다려도 호출 {n}건이 끝나지 않음",
    "1 call was still under way {ms} s after the last answer": "마지막 응답 뒤 {ms}초를 기다려도 호출 1건이 끝나지 않음",
    "clients sent {requests} requests, the gateway counts {n} fewer": "클라이언트는 요청 {requests}건을 보냈으나 게이트웨이의 집계는 {n}건 적음",
    "{n} of {pages} pages came without their ratings or details: nobody knows what they would show": "페이지 {pages}개 중 {n}개가 별점이나 도서상세 없이 옴: 무엇을 보였을지 알 수 없습니다",
    "the witnesses disagree: {how}": "두 증인의 집계가 다름: {how}",
    "the proxies count {n} answers from reviews that this run's clients never saw: {who}": "이 실행의 클라이언트가 본 적 없는 reviews 응답 {n}건을 프록시가 집계함: {who}",
    "the proxies count {n} answer from reviews that this run's clients never saw: {who}": "이 실행의 클라이언트가 본 적 없는 reviews 응답 {n}건을 프록시가 집계함: {who}",
    "the proxies count {n} answers from reviews {version} that nobody saw who was to see it": "볼 수 있는 누구도 보지 못한 reviews {version} 응답 {n}건을 프록시가 집계함",
    "the proxies count {n} answer from reviews {version} that nobody saw who was to see it": "볼 수 있는 누구도 보지 못한 reviews {version} 응답 {n}건을 프록시가 집계함",
    "{n} requests of somebody else could have changed the counts": "다른 사람의 요청 {n}건이 집계를 바꾸었을 수 있음",
    "{n} request of somebody else could have changed the counts": "다른 사람의 요청 {n}건이 집계를 바꾸었을 수 있음",
    "somebody else used the demo meanwhile ({n} requests at the gateway not ours)": "도중에 다른 사람이 데모를 사용함 (게이트웨이에 이 실행의 것이 아닌 요청 {n}건)",
    "somebody else used the demo meanwhile ({n} request at the gateway not ours)": "도중에 다른 사람이 데모를 사용함 (게이트웨이에 이 실행의 것이 아닌 요청 {n}건)",
    "page {n} of {who} names reviews {version}, by the proxy's log {how} answered for it": "{who} 의 {n}번째 페이지는 reviews {version} 이라 하나, 프록시 기록으로는 {how} 이(가) 응답함",
    "{pages} pages show stars, the proxies count {answers} answers of ratings": "페이지 {pages}개에 별점이 있으나 프록시가 집계한 ratings 응답은 {answers}건",
    "no page shows stars, yet the proxies count {answers} answers of ratings": "별점이 있는 페이지가 없는데 프록시는 ratings 응답 {answers}건을 집계함",
    "clients saw reviews {version} {clients} times, the proxies count {proxies} answers from it (what restarts meanwhile is counted anew)": "클라이언트는 reviews {version} 을 {clients}번 보았으나 프록시는 {proxies}번 집계함 (도중에 재시작하면 처음부터 다시 집계)",
    "{n} of {requests} attempts at {app} failed and were repeated behind pages that look whole: what visitors saw is not what a request gets": "온전해 보이는 페이지 뒤에서 {app} 호출 {requests}건 중 {n}건이 실패하여 재시도됨: 방문자가 본 것과 실제 요청의 결과가 다릅니다",
    "stars on {n} of {requests} reviews": "리뷰 {requests}개 중 {n}개에만 별점",
    "{version} stars on {n} of {requests} reviews": "{version} 리뷰 {requests}개 중 {n}개에만 별점",
    "{n} of {requests} reviews": "리뷰 {requests}개 중 {n}개만 있음",
    "{version} {n} of {requests} reviews": "{version} 리뷰 {requests}개 중 {n}개만 있음",
    "{name} is gone": "{name} 이(가) 사라짐",
    "{name} was replaced ({was}; now {now})": "{name} 이(가) 교체됨 ({was}; 현재 {now})",
    "{n} of {hundred} pages were to come within {limit} s, and took up to {most} s; but they took up to {ms} s before there was a fault: this machine is too slow to tell": "페이지 {hundred}개 중 {n}개는 {limit}초 안에 와야 하나 최대 {most}초 걸림. 그러나 장애 전에도 최대 {ms}초가 걸려, 이 컴퓨터가 느려 판단할 수 없습니다",
    "{n} of {hundred} pages were to come within {limit} s, and took up to {most} s": "페이지 {hundred}개 중 {n}개는 {limit}초 안에 와야 하나 최대 {most}초 걸림",
    # how do you know?
    "Before the first request, all {n} proxies were asked what they serve: the last of them served the rule {ms} ms after it was applied.": "첫 요청 전에 프록시 {n}개 모두에게 적용된 규칙을 확인했습니다: 적용 요청 {ms} ms 뒤 마지막 프록시까지 적용되었습니다.",
    "Two witnesses counted apart and agree: clients saw {pages} pages, and the callers' proxies counted {answers} answers of reviews, {more} of them to others, or to tries that were repeated or given up.": "두 증인이 따로 집계하여 일치합니다: 클라이언트는 페이지 {pages}개를 보았고, 호출 측 프록시는 reviews 응답 {answers}건을 집계했습니다. 그중 {more}건은 다른 사람의 것이거나, 재시도되었거나 포기된 호출의 응답입니다.",
    "Two witnesses counted apart and agree: clients saw {pages} pages, and the callers' proxies counted {answers} answers of reviews.": "두 증인이 따로 집계하여 일치합니다: 클라이언트는 페이지 {pages}개를 보았고, 호출 측 프록시는 reviews 응답 {answers}건을 집계했습니다.",
    "Page by page too: the proxy of productpage logged who answered each of {n} marked requests, and no page names another version.": "페이지마다도 확인했습니다: productpage 의 프록시가 표시된 요청 {n}건 각각에 응답한 버전을 기록했고, 다른 버전을 말하는 페이지는 없습니다.",
    "This run cannot be relied on: {doubt}.": "이 실행은 신뢰할 수 없습니다: {doubt}.",
    "{n} of {requests} pages took longer than {limit} s, and {more} of them were under way at the same moment: everything may have stood still": "페이지 {requests}개 중 {n}개가 {limit}초를 넘겼고, 그중 {more}개는 같은 순간에 진행 중이었음: 모든 것이 잠시 멈췄을 수 있습니다",
    "On a mesh that is right, and draws anew for every request, such a run fails less than once in {n} runs.": "요청마다 새로 추첨하는 올바른 메시에서 이런 실행이 불성립이 되는 것은 {n}번 중 한 번 미만입니다.",
    "While the fault was lifted, {n} further visitors kept asking: the first page with stars came {ms} ms after the healed state was applied.": "장애를 해제하는 동안 별도의 방문자 {n}명이 계속 요청했습니다: 별점이 있는 첫 페이지는 적용 요청 {ms} ms 뒤에 왔습니다.",
    "The last page without stars came {ms} ms after the healed state was applied.": "별점이 없는 마지막 페이지는 적용 요청 {ms} ms 뒤에 왔습니다.",
    "Afterwards the baseline was applied again, and every proxy served it {ms} ms later.": "끝난 뒤 기준 상태를 다시 적용했고, {ms} ms 뒤 모든 프록시에 적용되었습니다.",
    # what the audience must know
    "{user} travels as the header end-user: {header}": "{user} 은(는) end-user: {header} 헤더로 전달됩니다",
    "a leak is looked for in the pages of {names} and {last} together: a match that is too wide takes in whole names": "{names}, {last} 의 페이지는 합하여 누출을 찾습니다: 너무 넓은 조건은 이름 전체를 포함합니다",
    "the slide's rule, {kept}: its last route names no subset, so it also leads others to {version}": "슬라이드의 규칙({kept}): 마지막 경로에 subset이 없어 다른 사용자도 {version} 으로 보냅니다",
    "--margin {limit} makes no difference here: the claims say what is caught": "--margin {limit} 은(는) 여기서 차이가 없습니다: 무엇을 잡아내는지는 각 주장에 있습니다",
    "{version} is asked for {share}: too little to be told from none without a larger --requests": "{version} 에 {share} 를 요구함: --requests 를 늘리지 않으면 없는 것과 구별할 수 없습니다",
    "with {user} in place of {other}": "{other} 대신 {user}",
    # say least, so they come last
    "{who}: {reason}": "{who}: {reason}",
    "{what} ({step})": "{what} ({step})",
    "{one}, {other}": "{one}, {other}",
}


def korean(text: str) -> str:
    """The text in Korean; what has none, such as a name or what a proxy said, as it is."""
    if text in _PHRASES:
        return _PHRASES[text]
    if "; " in text:
        return "; ".join(map(korean, text.split("; ")))
    for pattern, sentence in _PATTERNS:
        if found := pattern.fullmatch(text):
            return sentence.format(**{name: korean(part) for name, part in found.groupdict().items()})
    return text


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    return re.compile(
        "".join(
            f"(?P<{part}>{r'[0-9][0-9,.]*' if part in _NUMBERS else '.+?'})" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        ),
        re.DOTALL,
    )


_NUMBERS = {
    "n",
    "ms",
    "most",
    "limit",
    "seen",
    "requests",
    "hundred",
    "runs",
    "pages",
    "answers",
    "more",
    "clients",
    "proxies",
}
_PATTERNS = [(_pattern(english), sentence) for english, sentence in _SENTENCES.items()]
