using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Fuzzing;

/// <summary>What the compiler accepts of models that no one has chosen builds without a warning, and does what the reference does.</summary>
public sealed class BuiltFuzzTests(ITestOutputHelper output)
{
    private const int BatchSize = 2000;

    /// <summary>Larger tensors would only make the run slower.</summary>
    private const int LargestTensor = 20_000;

    [Fact]
    public void Operators_that_compile_build_and_agree()
    {
        var problems = new List<string>();
        int built = 0;
        int count = FuzzHarness.CasesFromEnvironment(3000) * 2 / 3;
        for (int first = 0; first < count; first += BatchSize)
        {
            using var batch = new ModelBatch();
            for (int number = first; number < Math.Min(count, first + BatchSize); number++) Add(batch, number);
            batch.Build();
            problems.AddRange(batch.Models.Select(Problem).Where(p => p is not null)!);
            built += batch.Models.Count;
        }

        output.WriteLine($"{built} of {count} models compile");
        Assert.True(problems.Count == 0, string.Join("\n", problems));
    }

    private static void Add(ModelBatch batch, int number)
    {
        ModelSource source = ModelSource.FromBytes("fuzz.onnx", HostileOperators.MakeTame(new Random(unchecked((number * 104_729) + 31))));
        CompilationResult result = ModelCompiler.Compile(source, TestOptions.Exact);
        if (!result.Success || !result.Plan!.Graph.Inputs.Concat(result.Plan.Graph.Outputs).All(v => IsSmall(result.Plan.Graph.TensorTypeOf(v.Name)))) return;
        string nodes = string.Join(", ", result.Plan.Graph.Nodes.Select(n => n.Operator.Name));
        batch.Add($"model {number} ({nodes})", source);
    }

    private static bool IsSmall(TensorType? type) => type is { Shape: { IsStatic: true, ElementCount: <= LargestTensor } };

    /// <summary>What is wrong with a model, or null. Values that an operator refuses (an index, an axis) must be refused by both.</summary>
    private static string? Problem(CompiledModel model)
    {
        ReferenceTensor[] inputs = [.. model.Inputs.Select((t, i) => RandomTensor.Of(t.ElementType, i, t.Shape!.ToArray()))];
        try
        {
            // Of values that nothing is made of, only the code looks at each.
            if (model.Outputs.All(o => o.Shape!.ElementCount == 0)) return null;
            if (Refusal(() => model.RunReference(inputs)) is null) model.AssertAgrees(2e-2, 2e-2, inputs);
            else if (Refusal(() => model.Run(inputs)) is null) return model.Label + ": the reference refuses the values, the code does not: " + Refusal(() => model.RunReference(inputs));
            return null;
        }
        catch (Exception problem)
        {
            return model.Label + ": " + problem.GetType().Name + ": " + problem.Message;
        }
    }

    /// <summary>Why values are refused; null where they are not.</summary>
    private static string? Refusal(Action run)
    {
        try
        {
            run();
            return null;
        }
        catch (ArgumentException refusal)
        {
            return refusal.Message;
        }
    }
}
