using RedGen.Compiler.Emit;
using RedGen.Compiler.Operators.Attentions;

namespace RedGen.Compiler.Kernels.Attentions;

/// <summary>The C# that puts keys or values of the past and the added ones behind each other.</summary>
/// <param name="Shape">The sizes.</param>
/// <param name="Length">The elements of a head.</param>
/// <param name="Added">The span of the added ones.</param>
/// <param name="Past">The span of the past; null for none.</param>
internal sealed record PresentText(AttentionShape Shape, int Length, string Added, string? Past)
{
    /// <summary>Whether the rows of a head stand together in the input already.</summary>
    public bool IsInPlace => Past is null && !Shape.IsPacked;

    /// <summary>Elements of a head with its past.</summary>
    public int Count => Shape.Total * Length;

    /// <summary>Where a head begins in an output of all heads, inside loops b and g.</summary>
    public string Start(LoopScope nest, int positions) => nest.Index(("b", Shape.Groups * positions * Length), ("g", positions * Length));

    /// <summary>Writes all heads to an output.</summary>
    public void WriteAll(StepWriter writer, string output)
    {
        if (Shape.Batch * Shape.Groups * Count == 0) return;
        using var nest = new LoopScope(writer);
        nest.Loop("b", Shape.Batch).Loop("g", Shape.Groups);
        Write(writer, nest, $"{output}.Slice({Start(nest, Shape.Total)}, {Count})");
    }

    /// <summary>Writes one head, inside loops b and g.</summary>
    public void Write(StepWriter writer, LoopScope nest, string target)
    {
        if (Past is not null && Shape.Past > 0) writer.Line($"{Past}.Slice({Start(nest, Shape.Past)}, {Shape.Past * Length}).CopyTo({target});");
        if (Shape.Added == 0) return;
        if (!Shape.IsPacked)
        {
            string rest = Shape.Past == 0 ? target : $"{target}.Slice({Shape.Past * Length})";
            writer.Line($"{Added}.Slice({Start(nest, Shape.Added)}, {Shape.Added * Length}).CopyTo({rest});");
            return;
        }

        using var rows = new LoopScope(writer);
        rows.Loop("s", Shape.Added, always: true);
        string from = LoopScope.Index(Open(nest), ("b", Shape.Added * Shape.Groups * Length), ("s", Shape.Groups * Length), ("g", Length));
        string to = LoopScope.Index(["s"], ("s", Length));
        string start = Shape.Past == 0 ? to : $"{Shape.Past * Length} + ({to})";
        writer.Line($"{Added}.Slice({from}, {Length}).CopyTo({target}.Slice({start}));");
    }

    private static string[] Open(LoopScope nest) => nest.Has("b") ? nest.Has("g") ? ["b", "g", "s"] : ["b", "s"] : nest.Has("g") ? ["g", "s"] : ["s"];
}
