"""What the page says, in English and Korean; the English sentences are Bookinfo's contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept


@dataclass(frozen=True, slots=True)
class Texts:
    """The page's words in one language."""

    code: str
    own_name: str
    """The language's name for itself."""
    skip: str
    sign_in: str
    sign_out: str
    user_name: str
    signed_in_as: str
    summary: Markup
    """About the one book that the shop has."""
    wikipedia: str
    by: str
    details: str
    detail_names: Mapping[str, str]
    """By key of the details service, in the order of the page."""
    details_error: str
    details_sorry: str
    reviews: str
    reviews_error: str
    reviews_sorry: str
    served_by: str
    on_cluster: str
    ratings_error: str
    stars: str
    """Said of {stars} stars."""
    star_colors: Mapping[str, str]
    """What a version of reviews is known by: its stars' colour, or none."""
    page_served_by: str
    refused: Mapping[str, str]
    """Why a name cannot sign in, by reason."""
    problems: Mapping[int, str]
    """What went wrong, by HTTP status."""
    back: str
    index_lead: str
    index_service: str
    index_address: str
    index_called_by: str
    index_browser: str
    normal_user: str
    test_user: str


ENGLISH = Texts(
    code="en",
    own_name="English",
    skip="Skip to the book",
    sign_in="Sign in",
    sign_out="Sign out",
    user_name="User name",
    signed_in_as="Signed in as",
    summary=Markup(
        "The Comedy of Errors is one of <b>William Shakespeare's</b> early plays. It is his shortest and one of his most "
        "farcical comedies, with a major part of the humour coming from slapstick and mistaken identity, in addition to "
        "puns and word play."
    ),
    wikipedia="Wikipedia Summary",
    by="by",
    details="Book Details",
    detail_names={
        "type": "Type",
        "pages": "Pages",
        "publisher": "Publisher",
        "language": "Language",
        "ISBN-10": "ISBN-10",
        "ISBN-13": "ISBN-13",
    },
    details_error="Error fetching product details",
    details_sorry="Sorry, product details are currently unavailable for this book.",
    reviews="Book Reviews",
    reviews_error="Error fetching product reviews",
    reviews_sorry="Sorry, product reviews are currently unavailable for this book.",
    served_by="Reviews served by:",
    on_cluster="on cluster",
    ratings_error="Ratings service is currently unavailable",
    stars="{stars} of 5",
    star_colors={"": "no stars", "black": "black stars", "red": "red stars"},
    page_served_by="Page served by:",
    refused={
        "blank": "Please enter a user name.",
        "long": "This user name is too long: 256 bytes of UTF-8 are allowed.",
        "control": "This user name contains a control character, such as a line break.",
    },
    problems={
        403: "Only this site's own pages sign in and out here.",
        404: "There is no such page.",
        405: "This page cannot be used that way.",
    },
    back="Back to the book",
    index_lead="A bookshop of four services in four languages, for showing what a service mesh does.",
    index_service="Service",
    index_address="Address",
    index_called_by="Called by",
    index_browser="browser",
    normal_user="Normal user",
    test_user="Test user",
)

KOREAN = Texts(
    code="ko",
    own_name="한국어",
    skip="본문으로 건너뛰기",
    sign_in="로그인",
    sign_out="로그아웃",
    user_name="사용자 이름",
    signed_in_as="로그인 사용자",
    summary=Markup(
        "《착오 희극》(The Comedy of Errors)은 <b>윌리엄 셰익스피어</b>의 초기 희곡입니다. 그의 작품 가운데 가장 짧고 손꼽히게 "
        "익살스러운 희극으로, 말장난에 더해 슬랩스틱과 사람을 잘못 알아보아 벌어지는 소동이 웃음의 큰 몫을 차지합니다."
    ),
    wikipedia="위키백과 요약(영문)",
    by="지은이",
    details="도서상세",
    detail_names={
        "type": "유형",
        "pages": "쪽수",
        "publisher": "출판사",
        "language": "언어",
        "ISBN-10": "ISBN-10",
        "ISBN-13": "ISBN-13",
    },
    details_error="도서상세를 불러오지 못했습니다",
    details_sorry="죄송합니다. 지금은 이 책의 상세 정보를 볼 수 없습니다.",
    reviews="도서리뷰",
    reviews_error="도서리뷰를 불러오지 못했습니다",
    reviews_sorry="죄송합니다. 지금은 이 책의 리뷰를 볼 수 없습니다.",
    served_by="리뷰를 제공한 파드:",
    on_cluster="클러스터",
    ratings_error="지금은 별점 서비스를 이용할 수 없습니다",
    stars="5점 만점에 {stars}점",
    star_colors={"": "별점없음", "black": "까만별점", "red": "빨간별점"},
    page_served_by="페이지를 제공한 파드:",
    refused={
        "blank": "사용자 이름을 입력하세요.",
        "long": "사용자 이름이 너무 깁니다. UTF-8로 256바이트까지 쓸 수 있습니다.",
        "control": "사용자 이름에 줄바꿈 같은 제어 문자가 들어 있습니다.",
    },
    problems={
        403: "로그인과 로그아웃은 이 사이트의 페이지에서만 할 수 있습니다.",
        404: "없는 페이지입니다.",
        405: "이 방식으로는 요청할 수 없는 페이지입니다.",
    },
    back="책으로 돌아가기",
    index_lead="네 가지 언어로 만든 네 서비스로, 서비스 메시가 하는 일을 보여 주는 서점입니다.",
    index_service="서비스",
    index_address="주소",
    index_called_by="호출하는 쪽",
    index_browser="브라우저",
    normal_user="일반 사용자",
    test_user="테스트 사용자",
)

LANGUAGES = {texts.code: texts for texts in (ENGLISH, KOREAN)}


def chosen(asked: str | None, accepted: LanguageAccept) -> Texts:
    """The texts in the language asked for, else the one that the browser likes best, else in English."""
    if asked in LANGUAGES:
        return LANGUAGES[asked]
    # The best first; werkzeug's own best match prefers `ko` to `en` for `en-GB,ko;q=0.5`.
    liked = (tag.partition("-")[0].lower() for tag in accepted.values())
    return next((LANGUAGES[code] for code in liked if code in LANGUAGES), ENGLISH)
