using System;
using System.Collections;
using System.Collections.Generic;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Xunit;

namespace RedGen.TestKit;

/// <summary>Walks what a generator's cache holds. Syntax and symbols keep a whole compilation alive, arrays of numbers keep a model.</summary>
public static class ObjectGraph
{
    private const int LargestArray = 64;

    /// <summary>Asserts that nothing heavy can be reached from a value.</summary>
    public static void AssertLight(object? root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var open = new Stack<(object? Value, string Path)>();
        open.Push((root, root?.GetType().Name ?? "null"));
        while (open.TryPop(out (object? Value, string Path) item))
        {
            if (item.Value is null or string || item.Value.GetType().IsPrimitive || !seen.Add(item.Value)) continue;
            AssertLight(item.Value, item.Path);
            if (item.Value is Type or Delegate or Pointer || item.Value.GetType().IsEnum) continue;
            Expand(item.Value, item.Path, open);
        }
    }

    private static void AssertLight(object value, string path)
    {
        Assert.False(
            value is Compilation or ISymbol or SyntaxNode or SyntaxTree or SemanticModel or AdditionalText or Location,
            path + " keeps a " + value.GetType().Name);
        if (value is Array { Length: > LargestArray } array)
            Assert.False(array.GetType().GetElementType()!.IsPrimitive, path + " keeps an array of " + array.Length + " numbers");
        Assert.False(value is System.IO.Stream, path + " keeps a " + value.GetType().Name);
    }

    private static void Expand(object value, string path, Stack<(object? Value, string Path)> open)
    {
        if (value is Array array)
        {
            if (array.GetType().GetElementType()!.IsPrimitive) return;
            foreach (object? element in (IEnumerable)array) open.Push((element, path + "[]"));
            return;
        }

        for (Type? type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (!field.FieldType.IsPointer && !field.FieldType.IsByRefLike) open.Push((field.GetValue(value), path + "." + field.Name));
            }
        }
    }
}
