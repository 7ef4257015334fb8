using System;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Execute.Fast;

/// <summary>A value of the fast evaluator: floats where a fast kernel made or wants them, the reference form otherwise; each is made from the other when first asked for.</summary>
internal sealed class FastValue
{
    private ReferenceTensor? _reference;
    private float[]? _floats;

    public FastValue(ReferenceTensor reference)
    {
        _reference = reference;
        ElementType = reference.ElementType;
        Lengths = reference.Lengths;
    }

    public FastValue(float[] floats, int[] lengths)
    {
        _floats = floats;
        ElementType = ElementType.Float32;
        Lengths = lengths;
    }

    /// <summary>The element type.</summary>
    public ElementType ElementType { get; }

    /// <summary>The lengths of the dimensions.</summary>
    public int[] Lengths { get; }

    /// <summary>The elements of a float32 value.</summary>
    public float[] Floats => _floats ??= Array.ConvertAll(_reference!.Reals!, r => (float)r);

    /// <summary>The reference form.</summary>
    public ReferenceTensor ToReference() => _reference ??= new ReferenceTensor(ElementType.Float32, Lengths, Array.ConvertAll(_floats!, f => (double)f));
}
