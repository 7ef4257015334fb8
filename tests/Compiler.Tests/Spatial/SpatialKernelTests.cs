using System;
using System.Collections.Generic;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Tests.Linear;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Spatial;

/// <summary>Generated code of the spatial operators against the reference interpreter, over random shapes, types and attributes.</summary>
public sealed class SpatialKernelTests
{
    private static readonly Dictionary<string, Func<int, RandomModel>> Families = new()
    {
        ["Conv"] = RandomWindows.Conv,
        ["ConvTranspose"] = RandomWindows.ConvTranspose,
        ["Pool"] = RandomWindows.Pool,
    };

    public static TheoryData<string> Names => [.. Families.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Generated_code_computes_what_the_operators_mean(string family)
    {
        using var batch = new ModelBatch();
        var models = new List<(RandomModel Random, CompiledModel Compiled)>();
        for (int seed = 0; seed < 80; seed++)
        {
            RandomModel model = Families[family](seed);
            models.Add((model, batch.Add($"{family} {seed} ({model.Type})", model.Writer)));
        }

        batch.Build();
        foreach ((RandomModel random, CompiledModel compiled) in models)
        {
            double tolerance = random.Type == ElementType.Float16 ? 1e-2 : random.Type == ElementType.Float64 ? 1e-11 : 2e-5;
            compiled.AssertAgrees(tolerance, tolerance, random.Values);
        }
    }
}
