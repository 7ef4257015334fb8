using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis.CSharp;
using RedGen.Cli.Firmware;
using RedGen.Cli.Testing;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Firmware.Tests;

/// <summary>Every operator and element type: an object file that needs nothing and that every core runs, or a diagnostic of the compiler.</summary>
public sealed class OperatorTests(ITestOutputHelper log)
{
    /// <summary>ILC takes longer to start than to compile so many small models.</summary>
    private const int ModelsPerObject = 200;

    private static readonly ElementType[] Types =
    [
        ElementType.Float32, ElementType.Int8, ElementType.UInt8, ElementType.Int16, ElementType.UInt16, ElementType.Int32, ElementType.UInt32, ElementType.Int64, ElementType.UInt64, ElementType.Bool,
        ElementType.Float64, ElementType.Float16,
    ];

    [FirmwareFact]
    public void Every_case_of_ONNX_is_a_whole_object_or_a_diagnostic()
    {
        string[] folders = [.. new[] { Path.Combine(SharedData.OnnxTestData, "node"), Path.Combine(SharedData.Root, "onnx-node") }.Where(Directory.Exists)];
        Check(TestCase.Find(folders, []).Select(static c => SharedData.Load(c.ModelPath)));
    }

    [FirmwareFact]
    public void Every_element_type_is_a_whole_object_or_a_diagnostic() => Check(Models());

    /// <summary>Operators that accept many types, over each; conversions between all of them.</summary>
    private static IEnumerable<ModelSource> Models()
    {
        foreach (ElementType type in Types)
        {
            foreach (ElementType to in Types)
            {
                yield return Writer(type).Node("Cast", "x", "y", n => n.Int("to", (long)to)).Output("y", to).ToSource();
                yield return Writer(type).Input("p", to, 2, 3).Node("Pow", "x,p", "y").Output("y", type).ToSource();
            }

            foreach (string op in new[] { "Abs", "Neg", "Sign", "Relu", "Sqrt", "Exp", "Log", "Tanh", "Sigmoid", "Erf", "Floor", "Round", "Softmax", "Reciprocal", "Not", "BitwiseNot", "NonZero", "Transpose", "Flatten", "Trilu", "Softplus", "Selu", "Gelu" })
                yield return Writer(type).Node(op, "x", "y").Output("y", op == "NonZero" ? ElementType.Int64 : type).ToSource();
            foreach (string op in new[] { "Add", "Sub", "Mul", "Div", "Max", "Min", "Mean", "Sum", "And", "Or", "Xor", "BitwiseAnd", "BitwiseXor", "PRelu" })
                yield return Writer(type).Input("p", type, 2, 3).Node(op, "x,p", "y").Output("y", type).ToSource();
            foreach (long fmod in new[] { 0L, 1L })
                yield return Writer(type).Input("p", type, 2, 3).Node("Mod", "x,p", "y", n => n.Int("fmod", fmod)).Output("y", type).ToSource();
            foreach (string direction in new[] { "LEFT", "RIGHT" })
                yield return Writer(type).Input("p", type, 2, 3).Node("BitShift", "x,p", "y", n => n.String("direction", direction)).Output("y", type).ToSource();
            foreach (string op in new[] { "Equal", "Less", "GreaterOrEqual" })
                yield return Writer(type).Input("p", type, 2, 3).Node(op, "x,p", "y").Output("y", ElementType.Bool).ToSource();
            foreach (string op in new[] { "ReduceSum", "ReduceMean", "ReduceMax", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp" })
                yield return Writer(type).Node(op, "x", "y").Output("y", type).ToSource();
            yield return Writer(type).Input("p", type, 3, 2).Node("MatMul", "x,p", "y").Output("y", type).ToSource();
            yield return Writer(type).Input("p", type, 3, 2).Node("Gemm", "x,p", "y").Output("y", type).ToSource();
            yield return Writer(type).Initializer("k", [1L], 1).Node("TopK", "x,k", "y,i").Output("y", type).Output("i", ElementType.Int64).ToSource();
            yield return Writer(type).Initializer("k", [1L], 1).Node("CumSum", "x,k", "y").Output("y", type).ToSource();
            yield return Writer(type).Node("ArgMax", "x", "y").Output("y", ElementType.Int64).ToSource();
            yield return Writer(type).Input("p", ElementType.Int64, 2).Node("Gather", "x,p", "y", n => n.Int("axis", 1)).Output("y", type).ToSource();
            yield return Writer(type).Initializer("r", [1L, 1L, 2L, 3L], 4).Initializer("s", [1f, 1f, 2f, 2f], 4).Node("Reshape", "x,r", "m").Node("Resize", "m,,s", "y", n => n.String("mode", "linear")).Output("y", type).ToSource();
            yield return Writer(type).Initializer("r", [1L, 1L, 2L, 3L], 4).Node("Reshape", "x,r", "m").Node("MaxPool", "m", "y", n => n.Ints("kernel_shape", 2, 2)).Output("y", type).ToSource();
            yield return Writer(type).Initializer("s", [0.1f]).Node("QuantizeLinear", "x,s", "y").Output("y", ElementType.UInt8).ToSource();
            yield return Writer(type).Initializer("s", [0.1f]).Node("DequantizeLinear", "x,s", "y").Output("y", ElementType.Float32).ToSource();
        }
    }

    private static OnnxModelWriter Writer(ElementType type) => new OnnxModelWriter().Opset(18).Input("x", type, 2, 3);

    private void Check(IEnumerable<ModelSource> models)
    {
        var compiled = new List<CompilationResult>();
        int refused = 0;
        foreach (ModelSource model in models)
        {
            string name = FormattableString.Invariant($"C{compiled.Count}");
            CompilationResult result = ModelCompiler.Compile(model, FirmwareCompiler.OptionsFor(new CompilerOptions { Hashing = Hashing.None, ClassName = name, Namespace = name + "Space" }));
            Assert.DoesNotContain(result.Diagnostics, static d => d.Id == DiagnosticCatalog.InternalError.Id);
            if (result.Success) compiled.Add(result);
            else refused++;
        }

        log.WriteLine($"{compiled.Count} compiled, {refused} refused");
        foreach (CompilationResult[] together in compiled.Chunk(ModelsPerObject)) AssertWhole(together);
    }

    /// <summary>Nothing is undefined, and no instruction computes in float64, which the M4 and the M33 lack.</summary>
    private static void AssertWhole(CompilationResult[] models)
    {
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (GeneratedSource source in models.SelectMany(static m => m.Sources)) sources[source.HintName] = source.Text;
        CSharpCompilation classes = DeviceAssembly.Of(sources.Select(static s => (s.Key, s.Value)), isChecked: false);
        foreach (string name in models.Select(static m => m.Plan!.ClassName)) sources[name + ".Exports.g.cs"] = ExportsSource.Of(DeviceInterface.Of(classes, name + "Space." + name));
        using var folder = new TemporaryFolder();
        string objectFile = ObjectFile.CompileRaw(IlcPackage.Find()!, helpers => DeviceAssembly.Of(sources.Select(static s => (s.Key, s.Value)), isChecked: false, helpers), folder.FullPath);
        Disassembly.Check(Disassembly.Of(objectFile, "__managedcode"), Cpu.Parse("cortex-m4"));
    }
}
