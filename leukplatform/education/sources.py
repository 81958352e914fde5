"""The sources that the reading pages name. One entry a work; pages refer to it by its key."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    publisher: str  # authors and journal, or the body that publishes it
    year: str  # a year with volume and pages, or how often a web page is renewed
    url: str = ""


_RENEWED = "web page, renewed by its publisher"

SOURCES: dict[str, Source] = {
    # classification
    "who-5": Source(
        "Haematolymphoid Tumours. WHO Classification of Tumours, 5th edition, volume 11",
        "International Agency for Research on Cancer, Lyon",
        "online 2022, printed 2024",
    ),
    "who-5-lymphoid": Source(
        "The 5th edition of the World Health Organization Classification of Haematolymphoid Tumours: "
        "Lymphoid Neoplasms",
        "Alaggio R and others, Leukemia",
        "2022; 36: 1720–1748",
        "https://doi.org/10.1038/s41375-022-01620-2",
    ),
    "who-5-myeloid": Source(
        "The 5th edition of the World Health Organization Classification of Haematolymphoid Tumours: "
        "Myeloid and Histiocytic/Dendritic Neoplasms",
        "Khoury JD and others, Leukemia",
        "2022; 36: 1703–1719",
        "https://doi.org/10.1038/s41375-022-01613-1",
    ),
    "egil": Source(
        "Proposals for the immunological classification of acute leukemias",
        "Bene MC and others, European Group for the Immunological Characterization of Leukemias, Leukemia",
        "1995; 9: 1783–1786",
    ),
    "icsh-marrow": Source(
        "ICSH guidelines for the standardization of bone marrow specimens and reports",
        "Lee SH and others, International Journal of Laboratory Hematology",
        "2008; 30: 349–364",
    ),
    # acute lymphoblastic leukaemia
    "hunger-mullighan": Source(
        "Acute Lymphoblastic Leukemia in Children",
        "Hunger SP, Mullighan CG, New England Journal of Medicine",
        "2015; 373: 1541–1552",
        "https://doi.org/10.1056/NEJMra1400972",
    ),
    "inaba-mullighan": Source(
        "Pediatric acute lymphoblastic leukemia",
        "Inaba H, Mullighan CG, Haematologica",
        "2020; 105: 2524–2539",
    ),
    "malard-mohty": Source(
        "Acute lymphoblastic leukaemia",
        "Malard F, Mohty M, The Lancet",
        "2020; 395: 1146–1162",
    ),
    "esmo-all": Source(
        "Acute lymphoblastic leukaemia in adult patients: ESMO Clinical Practice Guidelines for diagnosis, "
        "treatment and follow-up",
        "Hoelzer D and others, Annals of Oncology",
        "2016; 27 (supplement 5): v69–v82",
    ),
    "greaves": Source(
        "A causal mechanism for childhood acute lymphoblastic leukaemia",
        "Greaves M, Nature Reviews Cancer",
        "2018; 18: 471–484",
    ),
    "pdq-all-child": Source(
        "Childhood Acute Lymphoblastic Leukemia Treatment (PDQ), patient version",
        "National Cancer Institute, United States",
        _RENEWED,
        "https://www.cancer.gov/types/leukemia/patient/child-all-treatment-pdq",
    ),
    "pdq-all-adult": Source(
        "Adult Acute Lymphoblastic Leukemia Treatment (PDQ), patient version",
        "National Cancer Institute, United States",
        _RENEWED,
        "https://www.cancer.gov/types/leukemia/patient/adult-all-treatment-pdq",
    ),
    "nhs-all": Source(
        "Acute lymphoblastic leukaemia",
        "National Health Service, England",
        _RENEWED,
        "https://www.nhs.uk/conditions/acute-lymphoblastic-leukaemia/",
    ),
    "bcuk": Source(
        "Information and support for people with blood cancer",
        "Blood Cancer UK",
        _RENEWED,
        "https://bloodcancer.org.uk/",
    ),
    # haematogones
    "mckenna": Source(
        "Immunophenotypic analysis of hematogones (B-lymphocyte precursors) in 662 consecutive bone marrow specimens "
        "by 4-color flow cytometry",
        "McKenna RW and others, Blood",
        "2001; 98: 2498–2507",
        "https://doi.org/10.1182/blood.V98.8.2498",
    ),
    "longacre": Source(
        "Hematogones: a multiparameter analysis of bone marrow precursor cells",
        "Longacre TA and others, Blood",
        "1989; 73: 543–552",
    ),
    "chantepie": Source(
        "Hematogones: an overview",
        "Chantepie SP and others, Leukemia Research",
        "2013; 37: 1404–1411",
    ),
    # acute myeloid leukaemia
    "eln-aml": Source(
        "Diagnosis and management of AML in adults: 2022 recommendations from an international expert panel "
        "on behalf of the ELN",
        "Döhner H and others, Blood",
        "2022; 140: 1345–1377",
    ),
    "esmo-aml": Source(
        "Acute myeloid leukaemia in adult patients: ESMO Clinical Practice Guidelines for diagnosis, treatment "
        "and follow-up",
        "Heuser M and others, Annals of Oncology",
        "2020; 31: 697–712",
    ),
    "nhs-aml": Source(
        "Acute myeloid leukaemia",
        "National Health Service, England",
        _RENEWED,
        "https://www.nhs.uk/conditions/acute-myeloid-leukaemia/",
    ),
    # chronic lymphocytic leukaemia
    "iwcll": Source(
        "iwCLL guidelines for diagnosis, indications for treatment, response assessment, and supportive management "
        "of CLL",
        "Hallek M and others, Blood",
        "2018; 131: 2745–2760",
    ),
    "esmo-cll": Source(
        "Chronic lymphocytic leukaemia: ESMO Clinical Practice Guidelines for diagnosis, treatment and follow-up",
        "Eichhorst B and others, Annals of Oncology",
        "2021; 32: 23–33",
    ),
    "nhs-cll": Source(
        "Chronic lymphocytic leukaemia",
        "National Health Service, England",
        _RENEWED,
        "https://www.nhs.uk/conditions/chronic-lymphocytic-leukaemia/",
    ),
    # chronic myeloid leukaemia
    "eln-cml": Source(
        "European LeukemiaNet 2020 recommendations for treating chronic myeloid leukemia",
        "Hochhaus A and others, Leukemia",
        "2020; 34: 966–984",
    ),
    "esmo-cml": Source(
        "Chronic myeloid leukaemia: ESMO Clinical Practice Guidelines for diagnosis, treatment and follow-up",
        "Hochhaus A and others, Annals of Oncology",
        "2017; 28 (supplement 4): iv41–iv51",
    ),
    "nhs-cml": Source(
        "Chronic myeloid leukaemia",
        "National Health Service, England",
        _RENEWED,
        "https://www.nhs.uk/conditions/chronic-myeloid-leukaemia/",
    ),
    # care in general
    "nice-sepsis": Source(
        "Neutropenic sepsis: prevention and management in people with cancer (CG151)",
        "National Institute for Health and Care Excellence, United Kingdom",
        "2012",
        "https://www.nice.org.uk/guidance/cg151",
    ),
    "nice-haem": Source(
        "Haematological cancers: improving outcomes (NG47)",
        "National Institute for Health and Care Excellence, United Kingdom",
        "2016",
        "https://www.nice.org.uk/guidance/ng47",
    ),
    # computers in medicine
    "who-ai": Source(
        "Ethics and governance of artificial intelligence for health",
        "World Health Organization, Geneva",
        "2021",
    ),
    "taleqani": Source(
        "A fast and efficient CNN model for B-ALL diagnosis and its subtypes classification using peripheral blood "
        "smear images",
        "Ghaderzadeh M and others, International Journal of Intelligent Systems",
        "2022; 37: 5113–5133",
        "https://doi.org/10.1002/int.22753",
    ),
    # privacy
    "gdpr": Source(
        "General Data Protection Regulation (EU) 2016/679, articles 15 (access), 17 (erasure) and 20 (portability)",
        "European Parliament and Council",
        "2016",
        "https://eur-lex.europa.eu/eli/reg/2016/679/oj",
    ),
    "iso-27789": Source(
        "ISO 27789: Health informatics. Audit trails for electronic health records",
        "International Organization for Standardization",
        "2021",
    ),
    "wma-taipei": Source(
        "Declaration of Taipei on ethical considerations regarding health databases and biobanks",
        "World Medical Association",
        "2002, revised 2016",
        "https://www.wma.net/policies-post/wma-declaration-of-taipei-on-ethical-considerations-regarding-health-databases-and-biobanks/",
    ),
}
