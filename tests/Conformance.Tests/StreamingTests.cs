using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Conformance.Tests;

/// <summary>A trained voice detector frame by frame: the generated class carries the state from one to the next.</summary>
public sealed class StreamingTests
{
    private const double Tolerance = 1e-4;

    private const string Driver = """
        using System;

        static class Driver
        {
            static readonly Generated.Network.Stepper s_detector = new Generated.Network.Stepper();

            static float[] Step(float[] frame, long[] rate) => s_detector.Step(INPUTS);

            static float[] State() => s_detector.State.ToArray();

            static void SetState(float[] state) => state.CopyTo(s_detector.State);

            static void Reset() => s_detector.Reset();

            static long Allocated(float[] frame, long[] rate)
            {
                var output = new float[Generated.Network.OutputLength];
                s_detector.Step(INPUTS, output);
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 20; i++) s_detector.Step(INPUTS, output);
                return GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }
        """;

    [SharedFact("models/silero-vad-op18-ifless")]
    public void Silero_without_branches() => CheckSteps("silero-vad-op18-ifless");

    [SharedFact("models/silero-vad-v5")]
    public void Silero() => CheckSteps("silero-vad-v5");

    private static void CheckSteps(string name)
    {
        string folder = Path.Combine(SharedData.Root, "models", name);
        Dictionary<string, Tensor>[] sets = [.. Enumerable.Range(0, 6).Select(k => Read(Path.Combine(folder, "test_data_set_" + k.ToString(CultureInfo.InvariantCulture))))];
        ModelSource source = SharedData.Load(Path.Combine(folder, "model.onnx"));
        CompilerOptions options = TestOptions.Exact with { Namespace = "Generated", ClassName = "Network", Dims = Pins(source, sets[0]) };
        CompilationResult result = ModelCompiler.Compile(source, options);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        Assert.Equal(["state←stateN"], result.Plan!.States.Select(s => s.Input + "←" + s.Output));

        string inputs = string.Join(", ", result.Plan.Graph.Inputs.Where(i => i.Name != "state").Select(i => i.Name == "sr" ? "rate" : "frame"));
        using GeneratedAssembly code = GeneratedAssembly.Compile(
            [.. result.Sources.Select(s => KeyValuePair.Create(s.HintName, s.Text)), KeyValuePair.Create("Driver.cs", Driver.Replace("INPUTS", inputs, StringComparison.Ordinal))],
            new ConsumerSettings { IsChecked = true });
        CheckCarriedState(code, sets);
        CheckAgainstReference(code, sets, ReferenceModel.Load(source, options, new DiagnosticBag())!);
        Assert.Equal(0, code.Method<Func<float[], long[], long>>("Driver", "Allocated")(Floats(sets[0]["input"]), Rate(sets[0])));
    }

    /// <summary>The first frame begins with zeros; the second and the third of the data follow each other.</summary>
    private static void CheckCarriedState(GeneratedAssembly code, Dictionary<string, Tensor>[] sets)
    {
        var step = code.Method<Func<float[], long[], float[]>>("Driver", "Step");
        var state = code.Method<Func<float[]>>("Driver", "State");
        AssertClose(sets[0]["output"], step(Floats(sets[0]["input"]), Rate(sets[0])));
        AssertClose(sets[0]["stateN"], state());

        Assert.Equal(Floats(sets[1]["stateN"]), Floats(sets[2]["state"]));
        code.Method<Action<float[]>>("Driver", "SetState")(Floats(sets[1]["state"]));
        foreach (Dictionary<string, Tensor> set in sets.Skip(1).Take(2)) AssertClose(set["output"], step(Floats(set["input"]), Rate(set)));
        AssertClose(sets[2]["stateN"], state());
    }

    /// <summary>All frames as one recording, with the state that the reference interpreter carries beside it.</summary>
    private static void CheckAgainstReference(GeneratedAssembly code, Dictionary<string, Tensor>[] sets, ReferenceModel reference)
    {
        code.Method<Action>("Driver", "Reset")();
        var step = code.Method<Func<float[], long[], float[]>>("Driver", "Step");
        var state = new Tensor(ElementType.Float32, sets[0]["state"].Dimensions, new byte[sets[0]["state"].Data.Length]);
        string[] outputs = [.. reference.Graph.Outputs.Select(o => o.Name)];
        foreach (Dictionary<string, Tensor> set in sets)
        {
            IReadOnlyList<Tensor> expected = reference.Run(new Dictionary<string, Tensor> { ["input"] = set["input"], ["sr"] = set["sr"], ["state"] = state });
            AssertClose(expected[Array.IndexOf(outputs, "output")], step(Floats(set["input"]), Rate(set)));
            state = expected[Array.IndexOf(outputs, "stateN")];
        }

        AssertClose(state, code.Method<Func<float[]>>("Driver", "State")());
    }

    private static void AssertClose(Tensor expected, float[] actual)
    {
        float[] numbers = Floats(expected);
        Assert.Equal(numbers.Length, actual.Length);
        for (int i = 0; i < numbers.Length; i++) Assert.InRange(Math.Abs(actual[i] - numbers[i]), 0, Tolerance * Math.Max(1, Math.Abs(numbers[i])));
    }

    /// <summary>Every open dimension as the data have it.</summary>
    private static ImmutableSortedDictionary<string, int> Pins(ModelSource source, Dictionary<string, Tensor> set)
    {
        var pins = ImmutableSortedDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (Value input in OnnxReader.Read(source, new DiagnosticBag(), default)!.Graph.Inputs)
        {
            Shape shape = ((TensorType)input.Type!).Shape!;
            for (int axis = 0; axis < shape.Rank; axis++)
                if (!shape.Dimensions[axis].IsConstant) pins[shape.Dimensions[axis].Symbol ?? input.Name + ":" + axis.ToString(CultureInfo.InvariantCulture)] = set[input.Name].Dimensions[axis];
        }

        return pins.ToImmutable();
    }

    private static Dictionary<string, Tensor> Read(string folder)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder, "*.pb"))
        {
            NamedTensor tensor = OnnxReader.ReadNamedTensor(File.ReadAllBytes(file), new DiagnosticBag())!;
            tensors.Add(tensor.Name, tensor.Tensor);
        }

        return tensors;
    }

    private static float[] Floats(Tensor tensor) => tensor.AsSpan<float>().ToArray();

    private static long[] Rate(Dictionary<string, Tensor> set) => set["sr"].AsSpan<long>().ToArray();
}
