"""Citizens' words as they may be kept: no control characters, no half characters, no spaces around."""

import re
import unicodedata
from typing import Annotated

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

_NATIONAL_ID = re.compile(r"[0-9]{8}")
# Overrides and embeddings turn the text around them; isolates and marks stay.
_TURNING = dict.fromkeys(range(0x202A, 0x202F))


def clean(value: object) -> object:
    """`value` without control characters (a line break stays) and without unpaired surrogates."""
    if not isinstance(value, str):
        return value
    lines = value.replace("\r\n", "\n").replace("\r", "\n").translate(_TURNING)
    return "".join(
        char for char in lines if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs")
    ).strip()


def said(value: str) -> str:
    """Refuses a text without one letter or digit: empty, emoji only, punctuation only."""
    if not any(char.isalnum() for char in value):
        raise PydanticCustomError("text_empty", "There are no words in this text.")
    return value


def ascii_digits(value: str) -> str:
    """`value` with the digits of any script as 0-9."""
    return "".join(
        str(unicodedata.digit(char)) if unicodedata.digit(char, None) is not None else char for char in value
    )


def phone(value: str) -> str:
    """E.164 of a phone number that can exist; Tunisian when no country is given."""
    try:
        number = phonenumbers.parse(ascii_digits(value), "TN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise PydanticCustomError("phone_invalid", "This is not a phone number that exists.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(value: str) -> str:
    """A well-formed e-mail address, in its normal form."""
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        raise PydanticCustomError("email_invalid", "This is not an e-mail address.") from None


def national_id(value: str) -> str:
    """The eight digits of a Tunisian identity card."""
    digits = re.sub(r"[\s.-]", "", ascii_digits(value))
    if not _NATIONAL_ID.fullmatch(digits):
        raise PydanticCustomError("national_id_invalid", "An identity card number has eight digits.")
    return digits


Cleaned = Annotated[str, BeforeValidator(clean)]
# A channel and who it is there: "web:3f21", "telegram:42". Kept in one form, for it is compared.
ChannelIdentity = Annotated[
    str, Field(min_length=3, max_length=300, pattern=r"^[a-z]+:."), BeforeValidator(clean)
]
Words = Annotated[str, BeforeValidator(clean), AfterValidator(said)]
Phone = Annotated[str, BeforeValidator(clean), AfterValidator(phone)]
Email = Annotated[str, BeforeValidator(clean), AfterValidator(email)]
NationalId = Annotated[str, BeforeValidator(clean), AfterValidator(national_id)]
