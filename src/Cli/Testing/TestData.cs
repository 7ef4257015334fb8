using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Cli.Data;
using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Testing;

/// <summary>A tensor of test data.</summary>
/// <param name="Name">The name in the file; empty where it has none.</param>
/// <param name="Tensor">The tensor; null: the file holds something else, such as a sequence.</param>
internal sealed record TestTensor(string Name, Tensor? Tensor)
{
    /// <summary>bfloat16 keeps 8 bits; older data were cut, not rounded, to them.</summary>
    private static readonly Tolerance Truncation = new(1.0 / 128, 0);

    /// <summary>
    /// The tensor as a value of a type takes it. Data are written with numpy, which lacks bfloat16 (older data have its bits as
    /// uint16), and some writers know no scalars (they write one element).
    /// </summary>
    public Tensor? As(TensorType type)
    {
        Tensor? tensor = Tensor is null ? null : StoredType.Read(Tensor, type.ElementType);
        bool isScalar = type.Shape is { Rank: 0 } && tensor is { Dimensions: [1] };
        return isScalar ? tensor!.Reshape() : tensor;
    }

    /// <summary>How near an output of an element type must be to the tensor.</summary>
    public Tolerance ToleranceFor(ElementType type, Tolerance usual) => IsBits(type) && usual.Relative < Truncation.Relative ? usual with { Relative = Truncation.Relative } : usual;

    private bool IsBits(ElementType type) => type == ElementType.BFloat16 && Tensor?.ElementType == ElementType.UInt16;
}

/// <summary>Inputs and what the model should make of them.</summary>
/// <param name="Inputs">The inputs, in the order of the model's unless the names say otherwise.</param>
/// <param name="Outputs">The expected outputs.</param>
/// <param name="IsFlat">Whether the outputs were flattened, so that their shapes say nothing; only the first is given then.</param>
internal sealed record TestDataSet(ImmutableArray<TestTensor> Inputs, ImmutableArray<TestTensor> Outputs, bool IsFlat)
{
    /// <summary>Which of the tensors belongs to a value: by name where all names fit, else by position.</summary>
    /// <param name="tensors">The inputs or the outputs of a set.</param>
    /// <param name="values">Those of the model.</param>
    /// <returns>The tensor of each value; null where there is none.</returns>
    public static ImmutableArray<TestTensor?> Match(ImmutableArray<TestTensor> tensors, ImmutableArray<Value> values)
    {
        var byName = new Dictionary<string, TestTensor>(System.StringComparer.Ordinal);
        foreach (TestTensor tensor in tensors)
            if (tensor.Name.Length > 0) byName.TryAdd(tensor.Name, tensor);
        bool fits = byName.Count == tensors.Length;
        foreach (Value value in values) fits &= byName.ContainsKey(value.Name);
        ImmutableArray<TestTensor?>.Builder matched = ImmutableArray.CreateBuilder<TestTensor?>();
        for (int i = 0; i < values.Length; i++) matched.Add(fits ? byName[values[i].Name] : i < tensors.Length ? tensors[i] : null);
        return matched.ToImmutable();
    }
}
