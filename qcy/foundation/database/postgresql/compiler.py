from django.db.backends.postgresql import compiler as postgresql
from django.db.models.sql import compiler

from ..guard import Guarded


class SQLCompiler(Guarded, compiler.SQLCompiler):
    pass


class SQLInsertCompiler(Guarded, postgresql.SQLInsertCompiler):
    pass


class SQLDeleteCompiler(Guarded, compiler.SQLDeleteCompiler):
    pass


class SQLUpdateCompiler(Guarded, compiler.SQLUpdateCompiler):
    pass


class SQLAggregateCompiler(Guarded, compiler.SQLAggregateCompiler):
    pass
