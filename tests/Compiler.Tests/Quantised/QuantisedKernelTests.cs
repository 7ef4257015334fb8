using System;
using System.Collections.Generic;
using RedGen.Compiler.Execute;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Quantised;

/// <summary>Generated code of quantised operators gives the very numbers of the reference evaluation.</summary>
public sealed class QuantisedKernelTests
{
    private const int CasesPerOperator = 48;

    public static TheoryData<string> Operators => [.. QuantisedCases.All.Keys];

    [Theory]
    [MemberData(nameof(Operators))]
    public void Code_and_reference_agree(string op)
    {
        using var batch = new ModelBatch();
        var cases = new List<(CompiledModel Model, ReferenceTensor[] Inputs)>();
        for (int seed = 0; seed < CasesPerOperator; seed++)
        {
            var model = new QuantisedModel(new Random(seed));
            QuantisedCases.All[op](model);
            cases.Add((batch.Add($"{op}, seed {seed}", model.Writer, TestOptions.Exact with { Optimise = false }), model.Inputs));
        }

        batch.Build();
        foreach ((CompiledModel model, ReferenceTensor[] inputs) in cases) model.AssertAgrees(0, 0, inputs);
    }
}
