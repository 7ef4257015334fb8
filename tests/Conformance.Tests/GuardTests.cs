using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Threading;
using RedGen.Cli.Execution;
using RedGen.Cli.Testing;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using RedGen.TestKit.Guards;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Conformance.Tests;

/// <summary>
/// Layers of generated code touch nothing but their arguments: each runs on copies between pages that nobody may touch (<see cref="GuardedCall"/>). A layer
/// that does ends the process, with its stack; one that writes less than a page beside, or whose result depends on what lies there, fails the test.
/// </summary>
public sealed partial class GuardTests(ITestOutputHelper log)
{
    private const int BatchSize = 64;

    private const int Stack = 1 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [OnnxDataFact]
    public void Layers_of_onnx_cases_keep_to_their_arguments()
        => Check([.. TestCase.Find([Path.Combine(SharedData.OnnxTestData, "node"), Path.Combine(SharedData.OnnxTestData, "pytorch-operator")], []).Where(static c => Vectorised().IsMatch(c.Name))], least: 150);

    [SharedFact("models")]
    public void Layers_of_trained_models_keep_to_their_arguments()
        => Check([.. TestCase.Find([Path.Combine(SharedData.Root, "models")], []).Where(static c => Small().IsMatch(c.Name))], least: 6);

    [Fact]
    public void A_write_beside_an_argument_is_found()
    {
        foreach (int place in (int[])[-1, 3])
        {
            using var call = new GuardedCall("layer");
            byte[] y = new byte[3];
            call.Add("y", y, isWritten: true);
            call.Begin(isAtEnd: place < 0);
            Unsafe.Add(ref MemoryMarshal.GetReference(call.Span<byte>(0)), place) = 1;
            Assert.Contains("at byte " + place, Assert.Throws<InvalidOperationException>(call.End).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_result_that_depends_on_what_lies_around_is_found()
    {
        using var call = new GuardedCall("layer");
        byte[] x = new byte[3], y = new byte[1], workspace = new byte[2];
        call.Add("x", x, isWritten: false);
        call.Add("y", y, isWritten: true);
        call.Add("workspace", workspace, isWritten: true);
        call.Begin(isAtEnd: true);
        call.Span<byte>(1)[0] = call.Span<byte>(2)[1];
        call.End();
        call.Begin(isAtEnd: false);
        call.Span<byte>(1)[0] = call.Span<byte>(2)[1];
        Assert.Throws<InvalidOperationException>(call.End);
    }

    /// <summary>Runs the first data set of each case.</summary>
    private void Check(IReadOnlyList<TestCase> cases, int least)
    {
        var found = new List<string>();
        int count = 0;
        foreach (TestCase[] batch in cases.Chunk(BatchSize))
        {
            (PreparedCase Case, GeneratedModel Model)[] models = [.. batch.AsParallel().AsOrdered().Select(static (c, i) => Compile(c, "Guarded" + i)).OfType<(PreparedCase, GeneratedModel)>()];
            using GeneratedCode code = GeneratedCode.Build([.. models.Select(static m => m.Model)], new CodeSettings(IsStrict: false, IsCollectible: true));
            foreach ((PreparedCase prepared, GeneratedModel model) in models)
            {
                count++;
                string? problem = code.ErrorOf(model) ?? Run(code.MethodOf(model)!, prepared, model);
                if (problem is not null) found.Add(prepared.Source.FileName + ": " + problem);
            }
        }

        log.WriteLine(count + " models");
        Assert.True(found.Count == 0, string.Join('\n', found));
        Assert.InRange(count, least, int.MaxValue);
    }

    private static (PreparedCase, GeneratedModel)? Compile(TestCase test, string space)
    {
        if (PreparedCase.Read(test, TestOptions.Exact, new DiagnosticBag(), CancellationToken.None) is not { HasOtherData: false, DataProblem: null } prepared || !prepared.Random.IsEmpty) return null;
        CompilationResult result = ModelCompiler.Compile(prepared.Source, prepared.Groups[0].Options with { Namespace = space, WeightResource = space + ".weights" });
        return result.Success ? (prepared, new GeneratedModel(space, GuardedLayers.Set(result, space))) : null;
    }

    private static string? Run(PredictDelegate predict, PreparedCase prepared, GeneratedModel model)
    {
        ImmutableArray<TestTensor?> given = TestDataSet.Match(prepared.Groups[0].Sets[0].Inputs, model.Inputs);
        byte[][] inputs = [.. model.Inputs.Select((v, i) => given[i]?.As((TensorType)v.Type!)?.Unpacked.ToArray() ?? [])];
        if (model.Inputs.Where((v, i) => inputs[i].Length != GeneratedModel.ByteLength(v)).Any()) return null; // data that contradict the model
        try
        {
            // On a thread that ends before the code is unloaded: see GeneratedCode.Dispose.
            TimedRun.Run(_ => predict(inputs, model.NewOutputs()), Limit, Stack);
            return null;
        }
        catch (InvalidOperationException problem)
        {
            return problem.Message;
        }
    }

    [GeneratedRegex("conv|pool|gemm|matmul|attention|lstm|gru|rnn|q?linear|norm|softmax|transpose", RegexOptions.IgnoreCase)]
    private static partial Regex Vectorised();

    [GeneratedRegex("digits-(cnn-bn|dwcnn-bn|gru|lstm|transformer)$|kws-dscnn-(folded|int8)|ic-resnet8|micro-kws|byte-bidi|mnist-fc-256x2")]
    private static partial Regex Small();
}
