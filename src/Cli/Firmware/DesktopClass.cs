using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using RedGen.Cli.Execution;

namespace RedGen.Cli.Firmware;

/// <summary>A class of the Micro profile on this machine, where every span checks its indices.</summary>
internal sealed class DesktopClass
{
    private const string AdapterName = "RedGenDesktop.Adapter";

    private readonly DeviceInterface _interface;
    private readonly Action<byte[][], byte[][]> _run;

    /// <summary>Compiles and loads the class.</summary>
    /// <exception cref="InvalidOperationException">The code does not compile: a bug of RedGen's.</exception>
    public DesktopClass(DeviceInterface model, IEnumerable<(string Path, string Text)> sources)
    {
        _interface = model;
        var parse = new CSharpParseOptions(LanguageVersion.CSharp13, DocumentationMode.None);
        IEnumerable<SyntaxTree> trees = sources.Append(("Adapter.cs", Adapter(model))).Select(s => CSharpSyntaxTree.ParseText(s.Item2, parse, s.Item1, Encoding.UTF8));
        CSharpCompilation compilation = CSharpCompilation.Create("RedGen.Firmware.Desktop", trees, FrameworkReferences.Framework,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true));
        using var image = new MemoryStream();
        EmitResult result = compilation.Emit(image);
        if (!result.Success) throw new InvalidOperationException("the code of the Micro profile does not compile: " + result.Diagnostics.First(static d => d.Severity == DiagnosticSeverity.Error));
        image.Position = 0;
        _run = new AssemblyLoadContext("RedGen.Firmware").LoadFromStream(image).GetType(AdapterName, throwOnError: true)!.GetMethod("Run")!.CreateDelegate<Action<byte[][], byte[][]>>();
    }

    /// <summary>Runs the model once.</summary>
    /// <param name="inputs">The bytes of each input.</param>
    /// <returns>The bytes of each output.</returns>
    public ImmutableArray<byte[]> Run(byte[][] inputs)
    {
        byte[][] outputs = [.. _interface.Outputs.Select(static o => new byte[o.Bytes])];
        _run(inputs, outputs);
        return [.. outputs];
    }

    private static string Adapter(DeviceInterface model)
    {
        string[] arguments =
        [
            .. model.Inputs.Select(static (b, i) => string.Create(CultureInfo.InvariantCulture, $"MemoryMarshal.Cast<byte, {b.CSharpType}>((ReadOnlySpan<byte>)inputs[{i}])")),
            .. model.Outputs.Select(static (b, i) => string.Create(CultureInfo.InvariantCulture, $"MemoryMarshal.Cast<byte, {b.CSharpType}>((Span<byte>)outputs[{i}])")),
        ];
        if (model.ArenaType is { } type) arguments = [.. arguments, string.Create(CultureInfo.InvariantCulture, $"MemoryMarshal.Cast<byte, {type}>((Span<byte>)new byte[{model.ArenaBytes}])")];
        return "using System;\nusing System.Runtime.InteropServices;\n\nnamespace RedGenDesktop\n{\n    public static class Adapter\n    {\n"
            + "        public static void Run(byte[][] inputs, byte[][] outputs) => global::" + model.ClassName + ".Predict(" + string.Join(", ", arguments) + ");\n    }\n}\n";
    }
}
