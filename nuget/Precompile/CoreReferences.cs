using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;

namespace RedGen.Precompile;

/// <summary>
/// Types of System.Private.CoreLib named where they are. A library names them by assemblies that only forward them, and the runtime opens such an
/// assembly at the first use of one: 0.13 ms each, three of them in a network's first call. The program has opened System.Runtime itself.
/// </summary>
internal static class CoreReferences
{
    private const string Core = "System.Private.CoreLib";

    /// <summary>The library with those references.</summary>
    /// <param name="library">The library.</param>
    /// <param name="folders">Where System.Private.CoreLib may lie.</param>
    /// <exception cref="FileNotFoundException">It lies in none of them.</exception>
    public static byte[] Write(byte[] library, IEnumerable<string> folders)
    {
        string path = folders.Select(static f => Path.Combine(f, Core + ".dll")).FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(Core + " is in none of the folders of references");
        using ModuleDefinition core = ModuleDefinition.ReadModule(path);
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(library));
        // Of the version that the library asks of the framework: any newer one serves.
        Version version = module.AssemblyReferences.First(static r => r.Name == "System.Runtime").Version;
        var reference = new AssemblyNameReference(Core, version) { PublicKeyToken = core.Assembly.Name.PublicKeyToken };
        module.AssemblyReferences.Add(reference);
        foreach (TypeReference type in module.GetTypeReferences())
            if (type.DeclaringType is null && type.Scope is AssemblyNameReference { Name: not "System.Runtime" } && core.GetType(type.Namespace, type.Name) is { IsPublic: true }) type.Scope = reference;
        using var output = new MemoryStream();
        module.Write(output, new WriterParameters { Timestamp = 0 });
        return output.ToArray();
    }
}
