using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Tests.Linear;
using RedGen.Compiler.Tests.Shaping;
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
        ["DeformConv"] = RandomDeformConv.DeformConv,
        ["Resize"] = RandomResize.Resize,
        ["Upsample"] = RandomResize.Upsample,
        ["GridSample"] = RandomSampling.GridSample,
        ["RoiAlign"] = RandomSampling.RoiAlign,
        ["MaxRoiPool"] = RandomSampling.MaxRoiPool,
        ["MaxUnpool"] = RandomSampling.MaxUnpool,
        ["Col2Im"] = RandomSampling.Col2Im,
    };

    /// <summary>Those whose parameters may be values of run time.</summary>
    private static readonly string[] WithParameters = ["Resize", "Upsample", "GridSample", "RoiAlign", "MaxRoiPool", "MaxUnpool", "Col2Im"];

    public static TheoryData<string> RunTimeNames => [.. WithParameters];

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
            double tolerance = random.Type == ElementType.BFloat16 ? 6e-2 : random.Type == ElementType.Float16 ? 1e-2 : random.Type == ElementType.Float64 ? 1e-11 : 2e-5;
            compiled.AssertAgrees(tolerance, tolerance, random.Values);
        }
    }

    /// <summary>The same nodes with their parameters as inputs, the shapes declared.</summary>
    [Theory]
    [MemberData(nameof(RunTimeNames))]
    public void Parameters_may_be_values_of_run_time(string family)
    {
        using var batch = new ModelBatch();
        var models = new List<(RandomModel Random, RunTimeCase Open, CompiledModel Compiled)>();
        for (int seed = 0; seed < 60; seed++)
        {
            RandomModel model = Families[family](seed);
            if (model.Writer.ToModel().Graph.Initializers.IsEmpty) continue;
            RunTimeCase open = RunTimeCases.Open(model.Writer);
            models.Add((model, open, batch.Add($"{family} {seed} ({model.Type}) at run time", open.Source)));
        }

        batch.Build();
        foreach ((RandomModel random, RunTimeCase open, CompiledModel compiled) in models)
        {
            ReferenceTensor[] inputs = [.. compiled.Plan.Graph.Inputs.Select((v, i) => open.Parameters.TryGetValue(v.Name, out Tensor? value) ? ReferenceTensor.FromTensor(value) : random.Values[i])];
            double tolerance = random.Type == ElementType.BFloat16 ? 6e-2 : random.Type == ElementType.Float16 ? 1e-2 : random.Type == ElementType.Float64 ? 1e-11 : 2e-5;
            compiled.AssertAgrees(tolerance, tolerance, inputs);
        }
    }

    /// <summary>All that the operators need of the runtime travels as source too.</summary>
    [Fact]
    public void The_kernels_compile_as_source()
    {
        using var batch = new ModelBatch();
        var models = new List<(RandomModel Random, RunTimeCase Open, CompiledModel Compiled)>();
        foreach (string family in Families.Keys)
        {
            RandomModel model = Enumerable.Range(0, 20).Select(Families[family]).First(m => m.Type == ElementType.Float32);
            RunTimeCase open = RunTimeCases.Open(model.Writer);
            models.Add((model, open, batch.Add(family + " as source", open.Source, TestOptions.Exact with { Runtime = RuntimeMode.Source })));
            models.Add((model, open, batch.Add(family + " of constants as source", model.Writer, TestOptions.Exact with { Runtime = RuntimeMode.Source })));
        }

        batch.Build();
        foreach ((RandomModel random, RunTimeCase open, CompiledModel compiled) in models)
            compiled.AssertAgrees(2e-5, 2e-5, [.. compiled.Plan.Graph.Inputs.Select((v, i) => open.Parameters.TryGetValue(v.Name, out Tensor? value) ? ReferenceTensor.FromTensor(value) : random.Values[i])]);
    }
}
