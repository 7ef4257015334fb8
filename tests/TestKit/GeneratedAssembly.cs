using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using Xunit;

namespace RedGen.TestKit;

/// <summary>Generated code, compiled as a user's project would and loaded; unloaded when disposed, unless it keeps memory for threads.</summary>
public sealed class GeneratedAssembly : IDisposable
{
    /// <summary>What must stay loaded: a context that nothing refers to is unloaded.</summary>
    private static readonly ConcurrentBag<AssemblyLoadContext> Kept = [];

    private readonly AssemblyLoadContext _context;

    private GeneratedAssembly(byte[] image, bool isNetStandard)
    {
        _context = isNetStandard ? new PortableContext() : new AssemblyLoadContext("generated", isCollectible: true);
        Assembly = _context.LoadFromStream(new MemoryStream(image));
    }

    /// <summary>The loaded assembly.</summary>
    public Assembly Assembly { get; }

    /// <summary>Compiles sources; any warning fails the test.</summary>
    /// <param name="sources">Names and texts.</param>
    /// <param name="settings">The project; null: the defaults.</param>
    public static GeneratedAssembly Compile(IEnumerable<KeyValuePair<string, string>> sources, ConsumerSettings? settings = null)
    {
        settings ??= new ConsumerSettings();
        IEnumerable<SyntaxTree> trees = sources.Select(s => CSharpSyntaxTree.ParseText(
            SourceText.From(s.Value, System.Text.Encoding.UTF8), settings.ParseOptions, s.Key));
        return Load(CSharpCompilation.Create("Generated", trees, settings.References, settings.CompilationOptions), settings.IsNetStandard);
    }

    /// <summary>Emits and loads a compilation; any warning fails the test.</summary>
    /// <param name="compilation">The compilation.</param>
    /// <param name="isNetStandard">Whether the code runs with the kernels of netstandard2.0.</param>
    public static GeneratedAssembly Load(Compilation compilation, bool isNetStandard = false)
    {
        using var image = new MemoryStream();
        EmitResult result = compilation.Emit(image);
        Diagnostic[] problems = [.. result.Diagnostics.Where(static d => d.Severity >= DiagnosticSeverity.Warning)];
        Assert.True(problems.Length == 0 && result.Success, string.Join("\n", problems.Take(20)));
        return new GeneratedAssembly(image.ToArray(), isNetStandard);
    }

    /// <summary>
    /// A static method as a delegate. Methods with spans cannot be called by reflection: give a small driver class among the sources
    /// that takes and returns arrays.
    /// </summary>
    public T Method<T>(string type, string name)
        where T : Delegate
    {
        MethodInfo method = Assembly.GetType(type, throwOnError: true)!
            .GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            ?? throw new MissingMethodException(type, name);
        return method.CreateDelegate<T>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // .NET 10 confuses the thread statics of unloaded code on threads that live on, as those of a test run do, and writes over other objects (docs/decisions/0039).
        if (_context.Assemblies.SelectMany(static a => a.GetTypes()).Any(HasThreadStatic)) Kept.Add(_context);
        else _context.Unload();
    }

    private static bool HasThreadStatic(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Any(static f => f.IsDefined(typeof(ThreadStaticAttribute)));

    /// <summary>Takes the kernels that were built for netstandard2.0.</summary>
    private sealed class PortableContext() : AssemblyLoadContext("generated for netstandard2.0", isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName)
            => assemblyName.Name == "RedGen.Runtime" ? LoadFromAssemblyPath(ConsumerSettings.PortablePath("RedGen.Runtime.dll")) : null;
    }
}
