using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;

namespace RedGen.Generator;

/// <summary>Brings models and attributes together, and sees to it that a class has one owner.</summary>
internal static class ModelBinding
{
    /// <summary>The class that a model becomes, by attribute, option or file name.</summary>
    internal static ClassIdentity Identity(ModelRef model, AttributeUse? attribute)
    {
        ModelManifest manifest = model.Manifest;
        if (attribute is not null) return new(attribute.Namespace, attribute.ClassName, manifest.ProjectPath, manifest.Path);

        // What is not understood is reported when the request runs; here it counts as not given.
        CompilerOptions options = OptionTable.Apply(
            new CompilerOptions { Namespace = ClassNames.NamespaceFrom(manifest.RootNamespace) }, manifest.Options, new DiagnosticBag());
        return new(options.Namespace, options.ClassName ?? ClassNames.FromFileName(manifest.Path), manifest.ProjectPath, manifest.Path);
    }

    /// <summary>Finds the model that an attribute means: by its path in the project, or by the end of it.</summary>
    internal static AttributeBinding Bind(AttributeUse use, EquatableArray<ClassIdentity> models)
    {
        if (use.Problem is not null) return new(null, use, use.Problem);
        string name = use.Model.Replace('\\', '/');
        if (name.StartsWith("./", StringComparison.Ordinal)) name = name.Substring(2);
        ImmutableArray<ClassIdentity> found = [.. models.Where(m => m.ProjectPath == name)];
        if (found.IsEmpty) found = [.. models.Where(m => m.ProjectPath.EndsWith("/" + name, StringComparison.Ordinal))];
        return found.Length switch
        {
            1 => new(found[0].Path, use, null),
            0 => new(null, use, "the project has no such model; it has " + List(models)),
            _ => new(null, use, "more than one model is meant: " + List(found)),
        };
    }

    /// <summary>The requests for one model.</summary>
    internal static ImmutableArray<ModelRequest> Requests(ModelRef model, EquatableArray<AttributeBinding> bindings)
    {
        ImmutableArray<ModelRequest> bound = [.. bindings
            .Where(b => b.Path == model.Manifest.Path)
            .Select(b => new ModelRequest(model, b.Use, Identity(model, b.Use), null))];
        return bound.IsEmpty ? [new ModelRequest(model, null, Identity(model, null), null)] : bound;
    }

    /// <summary>The order decides who keeps a class, so it must not depend on the machine.</summary>
    internal static EquatableArray<ClassIdentity> InOrder(ImmutableArray<ClassIdentity> classes) => classes
        .OrderBy(static c => c.ProjectPath, StringComparer.Ordinal).ThenBy(static c => c.Path, StringComparer.Ordinal).ToEquatableArray();

    /// <summary>Marks a request whose class belongs to an earlier model. Files of generated code differ by more than case.</summary>
    internal static ModelRequest MarkDuplicate(ModelRequest request, EquatableArray<ClassIdentity> inOrder)
    {
        ClassIdentity first = inOrder.First(c => string.Equals(c.FullName, request.Class.FullName, StringComparison.OrdinalIgnoreCase));
        return first == request.Class ? request : request with { DuplicateOf = first.ProjectPath };
    }

    /// <summary>What is wrong with an attribute; null when nothing is.</summary>
    internal static DiagnosticText? Problem(PlacedAttribute attribute, EquatableArray<AttributeBinding> bindings)
    {
        string? problem = bindings.FirstOrDefault(b => b.Use.Equals(attribute.Use))?.Problem;
        return problem is null
            ? null
            : RoslynDiagnostics.ToText(DiagnosticCatalog.InvalidAttribute.With(attribute.Use.Model, problem), "", attribute.Place);
    }

    private static string List(IReadOnlyCollection<ClassIdentity> models)
        => models.Count == 0 ? "none" : string.Join(", ", models.Select(static m => m.ProjectPath).OrderBy(static p => p, StringComparer.Ordinal));
}
