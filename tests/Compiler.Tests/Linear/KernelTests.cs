using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Linear;

/// <summary>Generated code against the reference interpreter, over random shapes, types and attributes.</summary>
public sealed class KernelTests
{
    public static TheoryData<string, int> Families => new()
    {
        { nameof(RandomLayers.Conv), 90 }, { nameof(RandomLayers.Pool), 90 }, { nameof(RandomLayers.GlobalPool), 20 },
        { nameof(RandomLayers.MatMul), 60 }, { nameof(RandomLayers.Gemm), 60 }, { nameof(RandomLayers.Reduce), 100 },
        { nameof(RandomLayers.AlongAxis), 50 }, { nameof(RandomLayers.BatchNormalization), 30 }, { nameof(RandomLayers.LayerNormalization), 30 }, { nameof(RandomLayers.Fused), 90 },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void Generated_code_computes_what_the_operators_mean(string family, int count)
    {
        Func<int, RandomModel> make = typeof(RandomLayers).GetMethod(family)!.CreateDelegate<Func<int, RandomModel>>();
        using var batch = new ModelBatch();
        var models = new List<(RandomModel Model, int Number)>();
        for (int seed = 0; seed < count; seed++)
        {
            RandomModel model = make(seed);
            models.Add((model, batch.Add(model.Source)));
        }

        batch.Build();
        foreach ((RandomModel model, int number) in models)
        {
            IReadOnlyList<Tensor> expected = Reference(model);
            IReadOnlyList<Tensor> actual = batch.Run(number, model.Values);
            for (int i = 0; i < expected.Count; i++)
            {
                ReferenceTensor e = ReferenceTensor.FromTensor(expected[i]);
                // Sums of a few hundred products of Half operands differ by more than one rounding.
                double tolerance = model.Type == ElementType.Float16 ? 1e-2 : model.Type == ElementType.Float64 ? 1e-11 : 2e-5;
                TensorAssert.Close(e, ReferenceTensor.FromTensor(actual[i]), tolerance, $"{family} {model.Seed} ({model.Type}), output {i}\n{batch.SourceOf(number)}\n");
            }
        }
    }

    /// <summary>The meaning of the model as it was imported, before any pass but inference.</summary>
    private static IReadOnlyList<Tensor> Reference(RandomModel model)
    {
        var diagnostics = new DiagnosticBag();
        Graph graph = ModelCompiler.Normalise(model.Writer.ToModel(), new CompilerOptions { Optimise = false }, diagnostics, default);
        Assert.Empty(diagnostics.ToImmutable());
        ImmutableDictionary<string, ReferenceTensor> inputs = graph.Inputs.Zip(model.Values).ToImmutableDictionary(p => p.First.Name, p => ReferenceTensor.FromTensor(p.Second));
        return [.. ReferenceInterpreter.Run(graph, inputs).Select(t => t.ToTensor())];
    }
}
