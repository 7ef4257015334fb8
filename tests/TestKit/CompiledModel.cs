using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using Xunit;

namespace RedGen.TestKit;

/// <summary>A model compiled to C#, compiled and loaded as a user's project would: what generated code gives for an input.</summary>
public sealed class CompiledModel : IDisposable
{
    private readonly GeneratedAssembly _assembly;
    private readonly Action<byte[][], byte[][]> _run;

    private CompiledModel(CompilationResult result, GeneratedAssembly assembly)
    {
        Result = result;
        _assembly = assembly;
        _run = assembly.Method<Action<byte[][], byte[][]>>("RedGen.TestKit.Driver", "Run");
    }

    /// <summary>What the compiler gave.</summary>
    public CompilationResult Result { get; }

    /// <summary>The plan that the code carries out.</summary>
    public ExecutionPlan Plan => Result.Plan!;

    /// <summary>Compiles a model; a diagnostic of the compiler, or a warning of C#, fails the test.</summary>
    public static CompiledModel Compile(ModelSource source, CompilerOptions? options = null, ConsumerSettings? settings = null)
    {
        options = (options ?? new CompilerOptions()) with { ClassName = "Network" };
        CompilationResult result = ModelCompiler.Compile(source, options);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        Dictionary<string, string> sources = result.Sources.ToDictionary(s => s.HintName, s => s.Text);
        sources["Driver.cs"] = Driver(result.Plan!, options.Namespace);
        settings ??= new ConsumerSettings { IsChecked = true };
        if (options.Runtime == RuntimeMode.Source) settings = settings with { HasRuntime = false };
        return new CompiledModel(result, GeneratedAssembly.Compile(sources, settings));
    }

    /// <summary>Runs Predict; one tensor for each input of the model, in order.</summary>
    public ReferenceTensor[] Run(params ReferenceTensor[] inputs)
    {
        byte[][] bytes = [.. inputs.Select(i => i.ToTensor().Data.ToArray())];
        TensorType[] types = [.. Plan.Graph.Outputs.Select(o => Plan.Graph.TensorTypeOf(o.Name)!)];
        // Outputs start as rubbish: a model must write every element.
        byte[][] outputs = [.. types.Select(t => Enumerable.Repeat((byte)(t.ElementType == ElementType.Bool ? 1 : 0xA5), (int)Tensor.ByteLength(t.ElementType, t.Shape!.ElementCount)).ToArray())];
        _run(bytes, outputs);
        return [.. outputs.Select((o, i) => ReferenceTensor.FromTensor(new Tensor(types[i].ElementType, [.. types[i].Shape!.ToArray()], o)))];
    }

    /// <summary>The bytes that a run allocates on this thread, the driver's own work not counted; the first run is not measured.</summary>
    public long AllocatedBytes(params ReferenceTensor[] inputs)
    {
        byte[][] bytes = [.. inputs.Select(i => i.ToTensor().Data.ToArray())];
        byte[][] outputs = [.. Plan.Graph.Outputs.Select(o => new byte[Tensor.ByteLength(Plan.Graph.TensorTypeOf(o.Name)!.ElementType, Plan.Graph.TensorTypeOf(o.Name)!.Shape!.ElementCount)])];
        _run(bytes, outputs);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _run(bytes, outputs);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <inheritdoc/>
    public void Dispose() => _assembly.Dispose();

    private static string Driver(ExecutionPlan plan, string modelNamespace)
    {
        string className = "global::" + (modelNamespace.Length == 0 ? "" : modelNamespace + ".") + plan.ClassName;
        string Cast(string array, int index, ElementType type) => $"System.Runtime.InteropServices.MemoryMarshal.Cast<byte, {(type == ElementType.Float16 ? "System.Half" : type.CSharpName())}>({array}[{index}])";
        IEnumerable<string> arguments = plan.Graph.Inputs.Select((v, i) => Cast("inputs", i, plan.Graph.TensorTypeOf(v.Name)!.ElementType))
            .Concat(plan.Graph.Outputs.Select((v, i) => Cast("outputs", i, plan.Graph.TensorTypeOf(v.Name)!.ElementType)));
        return $$"""
            namespace RedGen.TestKit
            {
                internal static class Driver
                {
                    internal static void Run(byte[][] inputs, byte[][] outputs) => {{className}}.Predict({{string.Join(", ", arguments)}});
                }
            }
            """;
    }
}
