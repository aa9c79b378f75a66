"""`/v1/workers`: the registry."""

from fastapi import APIRouter

router = APIRouter(prefix="/v1/workers", tags=["workers"])
