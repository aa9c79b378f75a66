"""The roles a person may hold. A review asks for roles, never for a person, so that it does not stop with one."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may answer for."""

    ADMINISTRATOR = "administrator"
    """runs the house"""
    BUSINESS_OWNER = "business-owner"
    """owns the outcome of a worker"""
    TECHNICAL_OWNER = "technical-owner"
    """owns the systems a worker touches"""
    RISK_OWNER = "risk-owner"
    """sets the limits of risk"""
    REVIEWER = "reviewer"
    """answers what no other role is asked for"""
    FINANCE_REVIEWER = "finance-reviewer"
    """answers for money"""
    ACCOUNT_OWNER = "account-owner"
    """answers for what a customer is told"""
    SUPPORT_REVIEWER = "support-reviewer"
    """answers for tickets"""
    IT_REVIEWER = "it-reviewer"
    """answers for infrastructure and access"""
    SECURITY_REVIEWER = "security-reviewer"
    """answers for security"""
    HR_REVIEWER = "hr-reviewer"
    """answers for what concerns employees and candidates"""
    AUDITOR = "auditor"
    """reads everything, answers nothing"""
