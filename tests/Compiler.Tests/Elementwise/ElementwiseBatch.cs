using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.TestKit;

namespace RedGen.Compiler.Tests.Elementwise;

/// <summary>What tests of elementwise operators share: the types that generated code computes with, and how a batch is checked.</summary>
internal static class ElementwiseBatch
{
    /// <summary>The types.</summary>
    public static ElementType[] Types { get; } =
    [
        ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16, ElementType.Int8, ElementType.UInt8, ElementType.Int16, ElementType.UInt16,
        ElementType.Int32, ElementType.UInt32, ElementType.Int64, ElementType.UInt64, ElementType.Bool,
    ];

    /// <summary>The types that are stored and converted only.</summary>
    public static ElementType[] NarrowTypes { get; } =
    [
        ElementType.Float8E4M3FN, ElementType.Float8E4M3FNUZ, ElementType.Float8E5M2, ElementType.Float8E5M2FNUZ, ElementType.Float8E8M0, ElementType.Float4E2M1,
        ElementType.UInt4, ElementType.Int4, ElementType.UInt2, ElementType.Int2,
    ];

    /// <summary>Those of them that a set holds.</summary>
    public static ElementType[] TypesIn(TypeSet set) => [.. Types.Concat(NarrowTypes).Where(t => TypeSets.Contains(set, t))];

    /// <summary>Builds the models and compares each with the reference, over inputs that hold special values.</summary>
    public static void Check(this ModelBatch batch, int seed)
    {
        batch.Build();
        for (int m = 0; m < batch.Models.Count; m++)
        {
            CompiledModel model = batch.Models[m];
            var random = new Random(seed + m);
            (double relative, double absolute) = Tolerance(model.Outputs[0].ElementType);
            model.AssertAgrees(relative, absolute, [.. model.Inputs.Select(i => RandomTensor.WithSpecialValues(i.ElementType, random, i.Shape!.ToArray()))]);
        }
    }

    private static (double Relative, double Absolute) Tolerance(ElementType type) => type switch
    {
        ElementType.Float32 => (5e-6, 1e-6),
        ElementType.Float16 => (2e-3, 1e-4),
        ElementType.BFloat16 => (1.0 / 128, 1e-4),
        _ => (1e-12, 1e-13),
    };
}
