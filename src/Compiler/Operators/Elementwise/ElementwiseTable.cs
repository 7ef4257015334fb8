using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>Every elementwise operator: the rows of the tables, and those that need a file of their own.</summary>
internal static class ElementwiseTable
{
    /// <summary>All rows.</summary>
    public static ImmutableArray<ElementwiseRow> Rows { get; } = [.. UnaryTable.Rows, .. ActivationTable.Rows, .. BinaryTable.Rows, .. VariadicTable.Rows];

    /// <summary>The operators.</summary>
    public static ImmutableArray<ElementwiseOperator> Operators { get; } =
    [
        .. Rows.Select(r => new RowOperator(r)),
        new Pow(),
        new Clip(),
        new Where(),
        new Cast(),
        new CastLike(),
    ];

    /// <summary>The operators' names.</summary>
    public static ImmutableHashSet<string> Names { get; } = [.. Operators.Select(o => o.Schema.Name)];
}
