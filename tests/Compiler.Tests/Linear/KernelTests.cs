using System;
using System.Collections.Generic;
using RedGen.Compiler.Graphs;
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
        { nameof(RandomLayers.AlongAxis), 50 }, { nameof(RandomLayers.BatchNormalization), 30 }, { nameof(RandomLayers.TrainedBatchNormalization), 30 }, { nameof(RandomLayers.LayerNormalization), 30 }, { nameof(RandomLayers.Fused), 90 },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void Generated_code_computes_what_the_operators_mean(string family, int count)
    {
        Func<int, RandomModel> make = typeof(RandomLayers).GetMethod(family)!.CreateDelegate<Func<int, RandomModel>>();
        using var batch = new ModelBatch();
        var models = new List<(RandomModel Random, CompiledModel Compiled)>();
        for (int seed = 0; seed < count; seed++)
        {
            RandomModel model = make(seed);
            models.Add((model, batch.Add($"{family} {seed} ({model.Type})", model.Writer)));
        }

        batch.Build();
        foreach ((RandomModel random, CompiledModel compiled) in models)
        {
            // Sums of a few hundred products of 16-bit operands differ by more than one rounding.
            double tolerance = random.Type == ElementType.Float16 ? 1e-2 : random.Type == ElementType.BFloat16 ? 3e-2 : random.Type == ElementType.Float64 ? 1e-11 : 2e-5;
            compiled.AssertAgrees(tolerance, tolerance, random.Values);
        }
    }
}
