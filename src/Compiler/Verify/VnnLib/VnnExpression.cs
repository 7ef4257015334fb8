using System.Collections.Generic;

namespace RedGen.Compiler.Verify.VnnLib;

/// <summary>An S-expression of a property file: a word, or a list of expressions.</summary>
/// <param name="Word">The word; null for a list.</param>
/// <param name="Items">The items of a list; empty for a word.</param>
/// <param name="Line">The line where it begins, from 1.</param>
/// <param name="Column">The column where it begins, from 1.</param>
internal sealed record VnnExpression(string? Word, IReadOnlyList<VnnExpression> Items, int Line, int Column)
{
    /// <summary>Whether it is a list.</summary>
    public bool IsList => Word is null;

    /// <summary>The word that a list begins with; empty where it begins with none.</summary>
    public string Head => Items.Count > 0 ? Items[0].Word ?? "" : "";
}
