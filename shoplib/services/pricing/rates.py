"""Where the shop sells to, and at which rates of tax: data, with its sources. For lessons; nobody's tax advice.

Standard rates alone: goods of reduced rates, thresholds of registration and local taxes of US counties are left out.
"""

from dataclasses import dataclass

# Code and name.
COUNTRIES = """
AT Austria
AU Australia
BE Belgium
BG Bulgaria
CA Canada
CH Switzerland
CY Cyprus
CZ Czechia
DE Germany
DK Denmark
EE Estonia
ES Spain
FI Finland
FR France
GB United Kingdom
GR Greece
HR Croatia
HU Hungary
IE Ireland
IS Iceland
IT Italy
JP Japan
LT Lithuania
LU Luxembourg
LV Latvia
MT Malta
NL Netherlands
NO Norway
NZ New Zealand
PL Poland
PT Portugal
RO Romania
SE Sweden
SG Singapore
SI Slovenia
SK Slovakia
US United States
"""
OTHER_NAMES = """
CZ Czech Republic
GB Great Britain
GB UK
GR EL
IE EIRE
NL The Netherlands
US United States of America
US USA
"""


@dataclass(frozen=True)
class Table:
    """Rates of one kind. Each row is a place, its per cent, and since when that holds; a place is a country, a region
    (US-NY) or postcodes that begin alike (ES:35). Prices `include` the tax, or it is added to them."""

    tax: str
    included: bool
    source: str
    rows: str


TABLES = (
    Table(
        "VAT",
        True,
        "https://taxation-customs.ec.europa.eu/vat-rates_en",
        """
        AT 20 1984-01-01
        BE 21 1996-01-01
        BG 20 1999-01-01
        CY 19 2014-01-13
        CZ 21 2013-01-01
        DE 19 2021-01-01
        DE:27498 0 1993-01-01
        DE:78266 0 1993-01-01
        DK 25 1992-01-01
        EE 22 2024-01-01
        EE 24 2025-07-01
        ES 21 2012-09-01
        ES:51 0 1993-01-01
        ES:52 0 1993-01-01
        FI 24 2013-01-01
        FI 25.5 2024-09-01
        FR 20 2014-01-01
        FR:971 8.5 1995-08-01
        FR:972 8.5 1995-08-01
        FR:973 0 1993-01-01
        FR:974 8.5 1995-08-01
        FR:976 0 1993-01-01
        GR 24 2016-06-01
        HR 25 2012-03-01
        HU 27 2012-01-01
        IE 23 2021-03-01
        IT 22 2013-10-01
        IT:23041 0 1993-01-01
        LT 21 2009-09-01
        LU 17 2024-01-01
        LV 21 2012-07-01
        MT 18 2004-01-01
        NL 21 2012-10-01
        PL 23 2011-01-01
        PT 23 2011-01-01
        RO 19 2017-01-01
        RO 21 2025-08-01
        SE 25 1990-07-01
        SI 22 2013-07-01
        SK 20 2011-01-01
        SK 23 2025-01-01
        """,
    ),
    Table(
        "VAT",
        True,
        "https://www.gov.uk/vat-rates",
        """
        GB 20 2011-01-04
        GB:GY 0 2011-01-04
        """,
    ),
    Table("GST", True, "https://www.gov.je/gst", "GB:JE 5 2011-06-01"),
    Table(
        "IGIC",
        True,
        "https://www3.gobiernodecanarias.org/tributos/atc/igic",
        """
        ES:35 7 2020-01-01
        ES:38 7 2020-01-01
        """,
    ),
    Table("VAT", True, "https://www.skatteetaten.no/en/rates/value-added-tax/", "NO 25 2005-01-01"),
    Table("VAT", True, "https://www.estv.admin.ch/en/vat-rates-switzerland", "CH 8.1 2024-01-01"),
    Table("VAT", True, "https://www.skatturinn.is/english/companies/value-added-tax/", "IS 24 2015-01-01"),
    Table("consumption tax", True, "https://www.nta.go.jp/english/taxes/consumption_tax/", "JP 10 2019-10-01"),
    Table(
        "GST",
        True,
        "https://www.ato.gov.au/businesses-and-organisations/gst-excise-and-indirect-taxes/gst",
        "AU 10 2000-07-01",
    ),
    Table("GST", True, "https://www.ird.govt.nz/gst", "NZ 15 2010-10-01"),
    Table("GST", True, "https://www.iras.gov.sg/taxes/goods-services-tax-(gst)", "SG 9 2024-01-01"),
    Table(
        "GST",
        False,
        "https://www.canada.ca/en/revenue-agency/services/tax/businesses/topics/gst-hst-businesses.html",
        """
        CA-AB 5 2008-01-01
        CA-NT 5 2008-01-01
        CA-NU 5 2008-01-01
        CA-YT 5 2008-01-01
        """,
    ),
    Table(
        "HST",
        False,
        "https://www.canada.ca/en/revenue-agency/services/tax/businesses/topics/gst-hst-businesses.html",
        """
        CA-NB 15 2016-07-01
        CA-NL 15 2016-07-01
        CA-NS 15 2010-07-01
        CA-NS 14 2025-04-01
        CA-ON 13 2010-07-01
        CA-PE 15 2016-10-01
        """,
    ),
    Table(
        "GST and provincial sales tax",
        False,
        "https://www.retailcouncil.org/resources/quick-facts/sales-tax-rates-by-province/",
        """
        CA-BC 12 2013-04-01
        CA-MB 12 2019-07-01
        CA-QC 14.975 2013-01-01
        CA-SK 11 2017-03-23
        """,
    ),
    Table(
        "sales tax",
        False,
        "https://taxfoundation.org/data/all/state/sales-tax-rates/",
        """
        US-AL 4 2025-01-01
        US-AK 0 2025-01-01
        US-AZ 5.6 2025-01-01
        US-AR 6.5 2025-01-01
        US-CA 7.25 2025-01-01
        US-CO 2.9 2025-01-01
        US-CT 6.35 2025-01-01
        US-DE 0 2025-01-01
        US-FL 6 2025-01-01
        US-GA 4 2025-01-01
        US-HI 4 2025-01-01
        US-ID 6 2025-01-01
        US-IL 6.25 2025-01-01
        US-IN 7 2025-01-01
        US-IA 6 2025-01-01
        US-KS 6.5 2025-01-01
        US-KY 6 2025-01-01
        US-LA 5 2025-01-01
        US-ME 5.5 2025-01-01
        US-MD 6 2025-01-01
        US-MA 6.25 2025-01-01
        US-MI 6 2025-01-01
        US-MN 6.875 2025-01-01
        US-MS 7 2025-01-01
        US-MO 4.225 2025-01-01
        US-MT 0 2025-01-01
        US-NE 5.5 2025-01-01
        US-NV 6.85 2025-01-01
        US-NH 0 2025-01-01
        US-NJ 6.625 2025-01-01
        US-NM 4.875 2025-01-01
        US-NY 4 2025-01-01
        US-NC 4.75 2025-01-01
        US-ND 5 2025-01-01
        US-OH 5.75 2025-01-01
        US-OK 4.5 2025-01-01
        US-OR 0 2025-01-01
        US-PA 6 2025-01-01
        US-RI 7 2025-01-01
        US-SC 6 2025-01-01
        US-SD 4.2 2025-01-01
        US-TN 7 2025-01-01
        US-TX 6.25 2025-01-01
        US-UT 6.1 2025-01-01
        US-VT 6 2025-01-01
        US-VA 5.3 2025-01-01
        US-WA 6.5 2025-01-01
        US-WV 6 2025-01-01
        US-WI 5 2025-01-01
        US-WY 4 2025-01-01
        """,
    ),
)
# Of the states with a sales tax, those that do not tax shipping that is stated separately
# (https://www.taxjar.com/sales-tax/sales-tax-and-shipping).
UNTAXED_SHIPPING = "AL AK AZ CA CO DE FL ID IL IA KS LA ME MD MA MI MO MT NV NH OK OR UT VA WY"
