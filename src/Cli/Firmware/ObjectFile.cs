using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis.CSharp;
using RedGen.Cli.Output;

namespace RedGen.Cli.Firmware;

/// <summary>From an assembly to an object file that any firmware links.</summary>
internal static class ObjectFile
{
    /// <summary>Symbols that the unwind tables refer to, which are taken away.</summary>
    private static readonly string[] OfUnwinding = ["__aeabi_unwind_cpp_pr0", "__aeabi_unwind_cpp_pr1"];

    /// <summary>
    /// Compiles sources with ILC, and takes away what only a .NET runtime would read. Of the functions that ILC asks for by name, the object file gets those that it does ask for.
    /// </summary>
    /// <param name="ilc">The compiler.</param>
    /// <param name="compilation">The sources for a set of such functions.</param>
    /// <param name="target">The object file to write.</param>
    /// <param name="stem">The model's name in C; the sections bear it.</param>
    /// <exception cref="ToolException">The code needs a function that devices do not have.</exception>
    public static void Compile(string ilc, Func<IEnumerable<string>, CSharpCompilation> compilation, string target, string stem)
    {
        string folder = Directory.CreateTempSubdirectory("redgen-ilc-").FullName;
        try
        {
            string raw = CompileRaw(ilc, compilation, folder);
            CrossTools.Run(CrossTools.ObjectCopy, [.. Clean(stem), raw, target]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The object file as ILC writes it.</summary>
    internal static string CompileRaw(string ilc, Func<IEnumerable<string>, CSharpCompilation> compilation, string folder)
    {
        string assembly = Path.Combine(folder, DeviceAssembly.Name + ".dll"), raw = Path.ChangeExtension(assembly, ".ilc.o");
        SortedSet<string> helpers = new(StringComparer.Ordinal);
        while (true)
        {
            DeviceAssembly.Write(compilation(helpers), assembly);
            CrossTools.Run(ilc, [assembly, "-o:" + raw, "--systemmodule:" + DeviceAssembly.Name, "--nativelib", "--targetos:linux", "--targetarch:arm", "-O"]);
            string[] missing = Undefined(raw);
            if (missing.Length == 0) return raw;
            if (missing.FirstOrDefault(m => !MicroLibrary.Helpers.ContainsKey(m) || helpers.Contains(m)) is { } unknown) throw Unserved(raw, unknown);
            helpers.UnionWith(missing);
        }
    }

    private static string[] Undefined(string objectFile)
        => [.. CrossTools.Run(CrossTools.ObjectDump, ["-t", objectFile]).Split('\n').Where(static l => l.Contains(" *UND*", StringComparison.Ordinal)).Select(static l => l.Split(' ')[^1].Trim()).Except(OfUnwinding)];

    /// <summary>Names the methods that call a function which is not there.</summary>
    private static ToolException Unserved(string objectFile, string function)
    {
        string method = "";
        var methods = new List<string>();
        foreach (string line in CrossTools.Run(CrossTools.ObjectDump, ["-dr", "-j", "__managedcode", objectFile]).Split('\n'))
        {
            if (line.EndsWith(">:", StringComparison.Ordinal)) method = SizeReader.NameOf(line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..^2]);
            else if (line.Contains("R_ARM", StringComparison.Ordinal) && line.Split('\t', ' ')[^1].Split('$')[0] == function && !methods.Contains(method)) methods.Add(method);
        }

        return new ToolException("RG0028: the code of " + string.Join(", ", methods.Take(8)) + " needs '" + function + "', a function of the .NET runtime that a device does not have: leave the layer out of the exported model, or change its element types (docs/diagnostics/RG0028.md)");
    }

    /// <summary>
    /// ILC's type data, module tables and unwind tables serve a runtime that is not there, and no code of the model refers to them.
    /// ILC's attributes name one architecture; without them the object goes with every core, and with both ways of passing floats, since it is called with pointers alone.
    /// What is left gets the names that linker scripts know, and one symbol that others see, so that several models fit in one firmware.
    /// </summary>
    private static IEnumerable<string> Clean(string stem)
    {
        foreach (string section in new[] { ".text", ".text.thunks", ".data", "__modules", ".ARM.exidx*", ".ARM.extab*", ".ARM.attributes", ".note.GNU-stack" })
        {
            yield return "-R" + section;
            yield return "-R.rel" + section;
        }

        yield return "-w";
        foreach (string symbol in new[] { "__aeabi_unwind_cpp_pr0*", "__aeabi_unwind_cpp_pr1*", "_fram0*" }) yield return "-N" + symbol;
        yield return "--rename-section=__managedcode=.text." + stem + ",contents,alloc,load,readonly,code";
        yield return "--rename-section=.rodata=.rodata." + stem;
        yield return "--rename-section=.bss=.bss." + stem;
        yield return "--keep-global-symbol=" + stem + "_predict";
    }
}
