using System.Collections.Generic;
using System.IO;

namespace RedGen.Cli.Firmware;

/// <summary>From an assembly to an object file that any firmware links.</summary>
internal static class ObjectFile
{
    /// <summary>Compiles an assembly with ILC, and takes away what only a .NET runtime would read.</summary>
    /// <param name="ilc">The compiler.</param>
    /// <param name="assembly">The assembly.</param>
    /// <param name="target">The object file to write.</param>
    /// <param name="stem">The model's name in C; the sections bear it.</param>
    public static void Compile(string ilc, string assembly, string target, string stem)
    {
        string raw = Path.ChangeExtension(assembly, ".ilc.o");
        CrossTools.Run(ilc, [assembly, "-o:" + raw, "--systemmodule:" + DeviceAssembly.Name, "--nativelib", "--targetos:linux", "--targetarch:arm", "-O"]);
        CrossTools.Run(CrossTools.ObjectCopy, [.. Clean(stem), raw, target]);
        File.Delete(raw);
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
