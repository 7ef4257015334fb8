using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using RedGen.Compiler;
using CSharpSyntaxNode = Microsoft.CodeAnalysis.SyntaxNode;

namespace RedGen.TestKit.Guards;

/// <summary>Makes every method of generated code that takes spans a <see cref="GuardedCall"/>, and every constant a guarded one.</summary>
public sealed class GuardedLayers : CSharpSyntaxRewriter
{
    private readonly string _space;

    private GuardedLayers(string space) => _space = space;

    /// <summary>The same compilation, guarded.</summary>
    public static CompilationResult Set(CompilationResult result, string space)
    {
        var layers = new GuardedLayers(space);
        IEnumerable<GeneratedSource> sources = result.Sources.Select(s => s with { Text = layers.Visit(CSharpSyntaxTree.ParseText(s.Text).GetRoot()).ToFullString() });
        return result with { Sources = [.. sources, Helper(space, "GuardedCall.cs"), Helper(space, "GuardedMemory.cs")] };
    }

    /// <inheritdoc/>
    public override CSharpSyntaxNode? VisitClassDeclaration(ClassDeclarationSyntax node)
    {
        if (base.VisitClassDeclaration(node) is not ClassDeclarationSyntax visited) return null;
        var members = new List<MemberDeclarationSyntax>();
        foreach (MemberDeclarationSyntax member in visited.Members)
        {
            if (member is MethodDeclarationSyntax method && IsLayer(method)) members.AddRange(Guard(method));
            else if (visited.Identifier.ValueText == "Weights" && member is PropertyDeclarationSyntax { ExpressionBody: not null } constant && ElementOf(constant) is { } element) members.AddRange(Guard(constant, element));
            else members.Add(member);
        }

        return visited.WithMembers(SyntaxFactory.List(members));
    }

    private static bool IsLayer(MethodDeclarationSyntax method)
        => method.TypeParameterList is null && Is(method, "private") && Is(method, "static")
            && method.ReturnType is not RefTypeSyntax && !method.ReturnType.ToString().Contains("Span<", StringComparison.Ordinal)
            && method.ParameterList.Parameters.Any(static p => SpanElement(p) is not null);

    private static bool Is(MethodDeclarationSyntax method, string modifier) => method.Modifiers.Any(m => m.ValueText == modifier);

    private IEnumerable<MemberDeclarationSyntax> Guard(MethodDeclarationSyntax method)
    {
        string name = method.Identifier.ValueText;
        bool isVoid = method.ReturnType.ToString() == "void";
        (int Index, string Name, string Element, bool IsWritten)[] spans = [.. method.ParameterList.Parameters
            .Where(static p => SpanElement(p) is not null)
            .Select(static (p, i) => (i, p.Identifier.ValueText, SpanElement(p)!, p.Type!.ToString().StartsWith("Span<", StringComparison.Ordinal)))];
        var code = new StringBuilder($"\n    private static {method.ReturnType} {name}{method.ParameterList}\n    {{\n        using var guard = new global::{_space}.Guards.GuardedCall(\"{name}\");\n");
        foreach (var span in spans) code.Append($"        guard.Add(\"{span.Name}\", {Bytes(span.Name)}, {(span.IsWritten ? "true" : "false")});\n");
        if (!isVoid) code.Append($"        {method.ReturnType} guarded = default!;\n");
        code.Append("        for (int side = 0; side < 2; side++)\n        {\n            guard.Begin(side == 0);\n");
        foreach (var span in spans) code.Append($"            guard.Load({span.Index}, {Bytes(span.Name)});\n");
        IEnumerable<string> arguments = method.ParameterList.Parameters.Select(p => SpanElement(p) is not null
            ? $"guard.Span<{SpanElement(p)}>({Array.Find(spans, s => s.Name == p.Identifier.ValueText).Index})"
            : string.Join(' ', p.Modifiers.Select(static m => m.ValueText).Where(static m => m is "ref" or "in" or "out")) + " " + p.Identifier.ValueText);
        code.Append($"            {(isVoid ? "" : "guarded = ")}{name}Unguarded({string.Join(", ", arguments)});\n            guard.End();\n        }}\n\n");
        foreach (var span in spans.Where(static s => s.IsWritten)) code.Append($"        guard.Store({span.Index}, {Bytes(span.Name)});\n");
        code.Append(isVoid ? "    }\n" : "        return guarded;\n    }\n");
        yield return method.WithIdentifier(SyntaxFactory.Identifier(name + "Unguarded"));
        yield return SyntaxFactory.ParseMemberDeclaration(code.ToString())!;
    }

    private IEnumerable<MemberDeclarationSyntax> Guard(PropertyDeclarationSyntax constant, string element)
    {
        string name = constant.Identifier.ValueText;
        yield return constant.WithIdentifier(SyntaxFactory.Identifier(name + "Unguarded").WithTrailingTrivia(SyntaxFactory.Space));
        yield return SyntaxFactory.ParseMemberDeclaration($"\n        internal static global::System.ReadOnlySpan<{element}> {name} => global::{_space}.Guards.GuardedCall.Constant<{element}>(\"{name}\", {name}Unguarded);\n")!;
    }

    private static string Bytes(string span) => "global::System.Runtime.InteropServices.MemoryMarshal.AsBytes(" + span + ")";

    private static string? SpanElement(ParameterSyntax parameter)
        => parameter.Modifiers.Any(static m => m.ValueText is "ref" or "in" or "out") ? null : Element(parameter.Type!.ToString());

    private static string? ElementOf(PropertyDeclarationSyntax property)
    {
        string type = property.Type.ToString();
        return property.Type is ArrayTypeSyntax { ElementType: PredefinedTypeSyntax predefined } && predefined.ToString() != "string" ? predefined.ToString() : type.StartsWith("ReadOnlySpan<", StringComparison.Ordinal) ? Element(type) : null;
    }

    private static string? Element(string type)
    {
        int start = type.StartsWith("Span<", StringComparison.Ordinal) ? 5 : type.StartsWith("ReadOnlySpan<", StringComparison.Ordinal) ? 13 : 0;
        if (start == 0) return null;
        string element = type[start..^1];
        return element is "string" or "string?" || element.EndsWith("[]", StringComparison.Ordinal) ? null : element;
    }

    private static GeneratedSource Helper(string space, string file)
    {
        using Stream stream = typeof(GuardedLayers).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        return new GeneratedSource(file, reader.ReadToEnd().Replace("RedGen.TestKit", space, StringComparison.Ordinal));
    }
}
