using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>A step that can also be computed a row at a time, as part of a chain.</summary>
internal interface IRowComputed
{
    /// <summary>The layers that it is then, in order; none where it cannot.</summary>
    ImmutableArray<RowStep> Rows { get; }
}

/// <summary>What a layer reads of an input for one row of its output.</summary>
/// <param name="Channels">Channels of the input.</param>
/// <param name="Rows">The rows of its windows.</param>
/// <param name="Columns">The columns of its windows.</param>
/// <param name="ReadsMargins">Whether it reads zeros beside the columns instead of asking where they end.</param>
/// <param name="Type">The element type of the input.</param>
/// <param name="Zero">The integer that stands for zero beside the columns.</param>
internal readonly record struct RowUse(int Channels, WindowAxis Rows, WindowAxis Columns, bool ReadsMargins, ElementType Type = ElementType.Float32, int Zero = 0)
{
    /// <summary>Zeros that are read before the first column.</summary>
    public int Before => ReadsMargins ? Columns.Before : 0;

    /// <summary>Zeros that are read behind the last column.</summary>
    public int After => ReadsMargins ? Math.Max(0, ((Columns.Out - 1) * Columns.Stride) - Columns.Before + ((Columns.Kernel - 1) * Columns.Dilation) + 1 - Columns.In) : 0;

    /// <summary>The row of an input that is read at the row that is written.</summary>
    public static RowUse Same(MapShape map, ElementType type)
        => new(map.Channels, new WindowAxis(map.Rows, map.Rows, 1, 1, 1, 0, 0), new WindowAxis(map.Columns, map.Columns, 1, 1, 1, 0, 0), ReadsMargins: false, type);

    /// <summary>Whether it reads beside the columns.</summary>
    public bool HasMargins => Before > 0 || After > 0;

    /// <summary>How many rows there must be before the last row can be computed.</summary>
    public int Most => Math.Min(Rows.In, Math.Max(0, Rows.Position(Rows.Out - 1, Rows.Kernel - 1) + 1));

    /// <summary>The sizes of the input.</summary>
    public MapShape Map => new(Channels, Rows.In, Columns.In);

    /// <summary>How many rows there must be before a row can be computed.</summary>
    public int Needed(int row) => Math.Min(Most, Math.Max(0, Rows.Position(row, Rows.Kernel - 1) + 1));

    /// <summary>The first row that is still read when a row is computed.</summary>
    public int First(int row) => Math.Max(0, Rows.Position(row, 0));
}

/// <summary>The sizes of a value, [channel][row][column].</summary>
internal readonly record struct MapShape(int Channels, int Rows, int Columns)
{
    /// <summary>All elements.</summary>
    public int Length => Channels * Rows * Columns;
}

/// <summary>A layer of a chain that is computed row by row: its method computes one row of all channels.</summary>
internal abstract class RowStep : Step
{
    /// <summary>What it reads, input by input.</summary>
    public required ImmutableArray<RowUse> Uses { get; init; }

    /// <summary>The shape of the output.</summary>
    public required MapShape Map { get; init; }

    /// <summary>The element type of the output.</summary>
    public ElementType Type { get; init; } = ElementType.Float32;

    /// <summary>Whether it adds up rows of the input: it runs once for each, and the output, one row, is there after the last.</summary>
    public virtual bool IsTotal => false;

    /// <summary>How often it runs.</summary>
    public int Turns => IsTotal ? Uses[0].Rows.Out : Map.Rows;

    /// <summary>The inputs of the output's type that are read where the output is written, element by element, each of them once.</summary>
    public virtual ImmutableArray<int> ElementwiseInputs => [];

    /// <summary>Zeros in a row that the method wants beside its inputs, for rows outside of the first.</summary>
    public virtual int ZerosLength => 0;

    /// <summary>Integers of memory, <c>scratch</c>, that hold nothing from row to row.</summary>
    public virtual int ScratchLength => 0;

    /// <summary>Floats, <c>totals</c>, that stay from row to row where an output of another type is added up.</summary>
    public virtual int TotalsLength => 0;

    /// <summary>Writes the body of the method that computes row <c>row</c>.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="inputs">Where the inputs' rows lie.</param>
    /// <param name="output">Where the output's rows lie.</param>
    public abstract void EmitRow(StepWriter writer, ImmutableArray<RowMemory> inputs, RowMemory output);

    /// <inheritdoc/>
    public sealed override void Emit(StepWriter writer) => throw new InvalidOperationException("A layer of a chain of rows is written by its chain.");

    /// <summary>The sum of terms, without those that are 0.</summary>
    protected static string Sum(params string[] terms)
    {
        string[] used = [.. terms.Where(t => t.Length > 0 && t != "0")];
        return used.Length == 0 ? "0" : used.Length == 1 ? used[0] : string.Join(" + ", used.Select(t => IsSum(t) ? t : Enclosed(t)));
    }

    /// <summary>A term times a constant.</summary>
    protected static string Times(string term, int factor) => term == "0" ? "0" : factor == 1 ? term : $"{Enclosed(term)} * {CSharpLiteral.Of(factor)}";

    private static string Enclosed(string term) => term.Contains(" ") ? "(" + term + ")" : term;

    /// <summary>Whether nothing but additions stands outside parentheses.</summary>
    private static bool IsSum(string term)
    {
        int depth = 0;
        foreach (char c in term)
        {
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0 && c is '*' or '%' or '-' or '/' or '?' or '<' or '>') return false;
        }

        return true;
    }
}

/// <summary>Where rows lie: [channel][row][column], all rows, or the last few in a ring.</summary>
/// <param name="Map">The value's shape.</param>
/// <param name="Rows">Rows that there is room for.</param>
/// <param name="Line">Elements from row to row.</param>
/// <param name="Left">Zeros before the first column.</param>
/// <param name="Type">The element type.</param>
/// <param name="Zero">What stands for zero between rows.</param>
internal sealed record RowMemory(MapShape Map, int Rows, int Line, int Left, ElementType Type, int Zero)
{
    /// <summary>Elements from channel to channel.</summary>
    public int Channel => Rows * Line;

    /// <summary>Whether rows take the places of earlier ones.</summary>
    public bool IsRing => Rows < Map.Rows;

    /// <summary>All elements.</summary>
    public int Length => Left + (Map.Channels * Channel);

    /// <summary>Bytes, in whole words.</summary>
    public int Bytes => ((Length * Type.Bytes()) + 3) & ~3;

    /// <summary>The place of a row as an expression.</summary>
    public string Place(string row) => Rows == 1 ? "0" : IsRing ? $"{(row.Contains(" ") ? "(" + row + ")" : row)} % {CSharpLiteral.Of(Rows)}" : row;
}
